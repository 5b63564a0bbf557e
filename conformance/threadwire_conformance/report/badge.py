"""The report as a badge: what shields.io reads from an endpoint (schema version 1)."""

from __future__ import annotations

import json

from ..results import BROKEN, IN_ORDER, NOTHING_RAN, Report


def render(report: Report) -> str:
    """The badge as JSON."""
    counts = report.counts
    judged = sum(counts[verdict] for verdict in ("pass", "tolerated", "known", "fail", "warn"))
    good = counts["pass"] + counts["tolerated"]
    code = report.exit_code
    if code == BROKEN:
        message, colour = "adapter broken", "lightgrey"
    elif code == NOTHING_RAN:
        message, colour = "nothing ran", "lightgrey"
    else:
        message = f"{good} of {judged}"
        colour = "brightgreen" if good == judged else "yellow" if code == IN_ORDER else "red"
    document = {
        "schemaVersion": 1,
        "label": f"{report.suite.protocol} conformance",
        "message": message,
        "color": colour,
    }
    return json.dumps(document) + "\n"
