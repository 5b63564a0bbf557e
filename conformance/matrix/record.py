"""The results of one implementation: made of a report, written as text, and read again.

The text is the same whenever the versions are the same.  It tells every case that did not simply
pass, one a line; all others passed.  What only this machine, or this run, could know is masked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from threadwire_conformance.kinds import LEVELS, VERDICTS
from threadwire_conformance.report.failure import value_text
from threadwire_conformance.suite import Suite

from .adapters import Adapter

FORMAT = 1
RED = ("broken", "fail", "warn")
SHOWN = 500  # characters of a message

_MASKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):\d+"), r"\1:PORT"),
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x…"),
    (re.compile(r"(thread '[^']*') \(\d+\)"), r"\1"),
)
_DEEP_PATH = re.compile(r"(?<![\w/:.…])(?:[A-Za-z]:)?(?:[/\\][\w.@+~-]+){3,}")


@dataclass(frozen=True)
class Record:
    """What came out for one implementation.

    Attributes:
        adapter: what it says of itself: name, version, language, features.
        suite: what it was judged by: protocol, digest, revision, cases.
        counts: by level, how many cases have which verdict.
        rows: the cases that did not simply pass, in the order of the suite.
    """

    name: str
    implementation: str
    transport: str
    adapter: dict[str, Any]
    suite: dict[str, Any]
    counts: dict[str, dict[str, int]]
    rows: tuple[dict[str, Any], ...]

    @property
    def version(self) -> str:
        """The version that ran."""
        return str(self.adapter["version"])

    @property
    def language(self) -> str:
        """The language that it is for."""
        return str(self.adapter["language"])

    def count(self, *verdicts: str, level: str | None = None) -> int:
        """How many cases, of a level if one is given, have one of these verdicts."""
        levels = [level] if level else list(self.counts)
        return sum(self.counts.get(name, {}).get(v, 0) for name in levels for v in verdicts)


def record(adapter: Adapter, report: dict[str, Any]) -> Record:
    """The record of a report of `threadwire test --format json`."""
    told: dict[str, Any] = report["adapter"]
    counts = {
        level: Counter(row["verdict"] for row in report["results"] if row["level"] == level)
        for level in LEVELS
    }
    return Record(
        name=adapter.name,
        implementation=adapter.implementation,
        transport=adapter.transport,
        adapter={key: told[key] for key in ("version", "language", "features")},
        suite=dict(report["suite"]),
        counts={
            level: {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}
            for level, found in counts.items()
        },
        rows=tuple(_row(r, adapter.folder) for r in report["results"] if r["verdict"] != "pass"),
    )


def _row(result: dict[str, Any], folder: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"case": result["case"], "verdict": result["verdict"]}
    for name in ("kind", "reason", "cut", "message", "path", "index"):
        if name in result:
            row[name] = result[name]
    for name in ("expected", "found"):
        if name in result:
            row[name] = value_text(_in_order(result[name]))
    if "reply" in result:  # its number goes by who came first
        reply = {name: item for name, item in result["reply"].items() if name != "seq"}
        row["reply"] = value_text(_in_order(reply))
    broken = result["verdict"] == "broken"
    return {
        name: _masked(item, folder, paths=broken) if isinstance(item, str) else item
        for name, item in row.items()
    }


def _in_order(value: Any) -> Any:
    """A JSON value with its members in one order, plain values first.

    An implementation may write them by reflection or by hash, in another order each time.
    """
    if isinstance(value, list):
        return [_in_order(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    members = {name: _in_order(item) for name, item in cast("dict[str, Any]", value).items()}
    return dict(sorted(members.items(), key=lambda m: (isinstance(m[1], (dict, list)), m[0])))


def _masked(text: str, folder: Path, *, paths: bool) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()  # half a character, where JSON has one
    text = text.replace(str(folder.resolve()), "…")
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    if paths:
        text = _DEEP_PATH.sub(_last_names, text)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _last_names(path: re.Match[str]) -> str:
    return "…/" + "/".join(re.split(r"[/\\]", path[0])[-2:])


# --- files ----------------------------------------------------------------------------------------


def text_of(found: Record) -> str:
    """A record as JSON: one case a line."""
    head = {
        "format": FORMAT,
        "name": found.name,
        "implementation": found.implementation,
        "transport": found.transport,
        "adapter": found.adapter,
        "suite": found.suite,
        "counts": found.counts,
    }
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
    rows = ",\n".join(f"    {_json(row)}" for row in found.rows)
    return "\n".join(["{", *lines, '  "not_passed": [', *([rows] if rows else []), "  ]", "}", ""])


def read_records(folder: Path) -> list[Record]:
    """The records in a folder, in the order of the pages: by language, then by name.

    Raises:
        ValueError: a file is none; the message names it.
    """
    found: list[Record] = []
    for file in sorted(folder.glob("*.json")):
        try:
            value = json.loads(file.read_text(encoding="utf-8"))
            if value.pop("format") != FORMAT:
                raise ValueError(f"it is not of format {FORMAT}")
            rows = tuple(value.pop("not_passed"))
            found.append(Record(**value, rows=rows))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file.name}: no results: {error}") from error
    return sorted(found, key=lambda r: (r.count("fail", "broken", "warn") > 0, r.language, r.name))


def is_of(found: Record, suite: Suite) -> bool:
    """Whether a record was judged by this suite."""
    return bool(found.suite["digest"] == suite.digest)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
