"""The report for programs; `data/report.schema.json` describes it, member by member."""

from __future__ import annotations

import json
from typing import Any

from ..compare import ABSENT
from ..cuts import AS_WRITTEN
from ..results import Report, Result

FORMAT = 1


def render(report: Report) -> str:
    """The report as JSON, indented."""
    return json.dumps(value(report), ensure_ascii=False, indent=2) + "\n"


def value(report: Report) -> dict[str, Any]:
    """The report as a JSON value."""
    adapter = report.adapter
    return {
        "format": FORMAT,
        "suite": {
            "protocol": report.suite.protocol,
            "digest": report.suite.digest,
            "revision": report.suite.revision,
            "cases": len(report.suite.cases),
        },
        "adapter": (
            None
            if adapter is None
            else {
                "name": adapter.name,
                "version": adapter.version,
                "language": adapter.language,
                "features": sorted(adapter.features),
            }
        ),
        "mode": report.mode,
        "revision": report.revision or report.suite.revision,
        "strict": report.strict,
        "only": report.only,
        "exit_code": report.exit_code,
        "summary": report.last_line,
        "planned": report.planned,
        "counts": dict(report.counts),
        "left": report.left,
        "runs": report.runs,
        "fault": (
            None
            if report.fault is None
            else {"message": report.fault.message, "cure": report.fault.cure}
        ),
        "problems": list(report.problems),
        "notes": list(report.notes),
        "results": [_result(result) for result in report.results],
    }


def _result(result: Result) -> dict[str, Any]:
    case, outcome = result.case, result.outcome
    members: dict[str, Any] = {
        "case": case.id,
        "title": case.title,
        "level": case.level,
        "rules": list(case.rules),
        "verdict": outcome.verdict,
        "runs": result.runs,
    }
    if outcome.kind is not None:
        members["kind"] = outcome.kind
    if outcome.reason is not None:
        members["reason"] = outcome.reason
    if outcome.cut is not None:
        members["cut"] = outcome.cut.name
    elif outcome.kind is not None:
        members["cut"] = AS_WRITTEN
    if outcome.detail is not None:
        members["message"] = outcome.detail.message
        stated = {
            "path": outcome.detail.path,
            "index": outcome.detail.index,
        }
        members.update({name: item for name, item in stated.items() if item is not None})
        for name in ("expected", "found"):
            item = getattr(outcome.detail, name)
            if item is not ABSENT:
                members[name] = item
    if outcome.verdict == "observed":
        members["reply"] = outcome.reply
    return members
