"""Results as one file for a browser: index.html, with its style, its script and its data inside.

The table is plain HTML.  What is behind its cells is data, drawn by the script when it is asked
for; texts that come again and again are in the data once, and numbers stand for them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from threadwire_conformance.cuts import AS_WRITTEN, cut_at, cuttings
from threadwire_conformance.kinds import KINDS, LEVELS, VERDICTS
from threadwire_conformance.report.failure import value_text
from threadwire_conformance.suite import Case, Expectation, Expected, Suite
from threadwire_conformance.visible import show_chunks

from .adapters import Adapter
from .record import Record
from .words import counts, findings, own_words

_HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_AT_BYTE = re.compile(r"cut at byte (\d+)")
_LINES = 40  # of a stream
_WIDTH = 400  # characters of a line of it
_ENDS = {
    "done": "the stream is complete",
    "truncated": "the stream was cut off: an error, or an end that is not called complete",
    "eof": "the end of the input",
}
_SYMBOLS = {"broken": "✗✗", "fail": "✗", "warn": "!", "good": "✓", "none": "–"}


def page(records: Sequence[Record], adapters: Sequence[Adapter], suite: Suite) -> str:
    """The text of index.html."""
    return _Page(records, {adapter.name: adapter for adapter in adapters}, suite).text()


class _Page:
    def __init__(
        self, records: Sequence[Record], adapters: dict[str, Adapter], suite: Suite
    ) -> None:
        self._records = records
        self._adapters = adapters
        self._suite = suite
        self._texts: dict[str, int] = {}

    def text(self) -> str:
        parts = {
            "title": escape(f"Who passes: {self._suite.title}"),
            "suite": escape(f"revision {self._suite.revision}, {len(self._suite.cases)} cases"),
            "digest": escape(self._suite.digest[:12]),
            "style": _file("page.css"),
            "script": _file("page.js"),
            "matrix": "\n".join(self._matrix()),
            "data": _json_in_html(self._data()),
        }
        return _PLACEHOLDER.sub(lambda found: parts[found[1]], _file("page.html"))

    # --- the table --------------------------------------------------------------------------------

    @cached_property
    def _topics(self) -> dict[str, int]:
        """How many cases a topic has, in the order of the suite."""
        return dict(Counter(case.topic for case in self._suite.cases))

    def _matrix(self) -> Iterable[str]:
        yield '<table><thead><tr><th scope="col">implementation</th>'
        yield '<th scope="col">must fail</th><th scope="col">should warn</th>'
        for topic, number in self._topics.items():
            yield f'<th scope="col"><span>{escape(topic)}</span> <small>{number}</small></th>'
        yield "</tr></thead><tbody>"
        for found in self._records:
            yield f'<tr><th scope="row"><a href="#i/{found.name}">{escape(found.name)}</a>'
            yield f"<small>{escape(found.version)}, {escape(found.language)}</small></th>"
            _, failed, _, warned = counts(found)
            yield f'<td class="total">{escape(failed)}</td><td class="total">{warned}</td>'
            yield from map(self._cell, [found] * len(self._topics), self._topics)
            yield "</tr>"
        yield "</tbody></table>"

    def _cell(self, found: Record, topic: str) -> str:
        cases = (row for row in found.rows if self._topic(row["case"]) == topic)
        seen = Counter(row["verdict"] for row in cases)
        state = next((v for v in ("broken", "fail", "warn") if seen[v]), "good")
        if seen["not-applicable"] == self._topics[topic]:
            state = "none"
        shown = [f"{seen[v]}" for v in (state,) if seen[v]]
        told = [f"{seen[verdict]} {verdict}" for verdict in VERDICTS if seen[verdict]]
        passed = self._topics[topic] - sum(seen.values())
        label = f"{found.name}, {topic}: {', '.join([f'{passed} pass', *told])}"
        text = " ".join([_SYMBOLS[state], *shown])
        return (
            f'<td class="{state}"><a href="#i/{found.name}/t/{escape(topic)}" '
            f'aria-label="{escape(label)}" title="{escape(label)}">{text}</a></td>'
        )

    def _topic(self, case_id: str) -> str:
        case = self._suite.by_id.get(case_id)
        return case.topic if case else case_id.partition("/")[0]

    # --- the data ---------------------------------------------------------------------------------

    def _data(self) -> dict[str, Any]:
        told = {
            r["case"] for f in self._records for r in f.rows if r["verdict"] != "not-applicable"
        }
        cases = [case for case in self._suite.cases if case.id in told]
        rules = {rule: self._suite.rules.get(rule) for case in cases for rule in case.rules}
        data = {
            "topics": self._topics,
            "kinds": {name: kind.means for name, kind in KINDS.items()},
            "verdicts": {name: verdict.means for name, verdict in VERDICTS.items()},
            "levels": LEVELS,
            "rules": {
                name: [rule.text, rule.source] for name, rule in sorted(rules.items()) if rule
            },
            "implementations": [self._implementation(found) for found in self._records],
            "cases": {case.id: self._case(case) for case in cases},
        }
        return {**data, "texts": list(self._texts)}

    def _implementation(self, found: Record) -> dict[str, Any]:
        adapter = self._adapters.get(found.name)
        return {
            "name": found.name,
            "what": found.implementation,
            "version": found.version,
            "language": found.language,
            "homepage": adapter.homepage if adapter else "",
            "transport": found.transport,
            "features": found.adapter["features"],
            "older": found.suite["digest"] != self._suite.digest,
            "counts": found.counts,
            "findings": [list(item) for item in findings(found, self._suite)],
            "words": own_words(found),
            "notes": list(adapter.notes) if adapter else [],
            "checked": list(adapter.checked) if adapter else [],
            "rows": {row["case"]: self._row(row) for row in found.rows},
        }

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        names = {name: item for name, item in row.items() if name != "case"}
        case = self._suite.by_id.get(row["case"])
        cut = row.get("cut", AS_WRITTEN)
        if case is not None and cut != AS_WRITTEN:
            names["bytes"] = self._lines(show_chunks(_chunks(case, cut), width=_WIDTH))
        return {n: self._number(i) if isinstance(i, str) else i for n, i in names.items()}

    def _case(self, case: Case) -> dict[str, Any]:
        return {
            "title": case.title,
            "level": case.level,
            "topic": case.topic,
            "rules": list(case.rules),
            "why": self._number(case.why),
            "seen": list(case.seen),
            "size": [len(case.chunks), len(case.data)],
            "bytes": self._lines(show_chunks(case.chunks, lines=_LINES, width=_WIDTH)),
            "due": self._lines(_due(case.expect)),
            "allowed": [
                [self._number(other.reason or ""), self._lines(_due(other))]
                for other in case.accept
            ],
        }

    def _lines(self, text: str) -> list[int]:
        return [self._number(line) for line in text.split("\n")]

    def _number(self, text: str) -> int:
        return self._texts.setdefault(text, len(self._texts))


def _chunks(case: Case, name: str) -> list[bytes]:
    """The chunks of a cutting, by its name."""
    place = _AT_BYTE.fullmatch(name)
    if place:
        return cut_at(case.data, [int(place[1])], name).chunks
    return next((cut.chunks for cut in cuttings(case) if cut.name == name), case.chunks)


def _due(expectation: Expectation) -> str:
    lines = [f"{number}. {_event(e)}" for number, e in enumerate(expectation.events, start=1)]
    error = f", of the class {expectation.error_class}" if expectation.error_class else ""
    lines.append(f"End: {_ENDS[expectation.end]}{error}.")
    if expectation.last_event_id is not None:
        lines.append(f"Last event id: {value_text(expectation.last_event_id)}.")
    return "\n".join(lines)


def _event(expected: Expected) -> str:
    if expected.kind == "invalid":
        where = f", for what is at {expected.path}" if expected.path else ""
        return f"{expected.event}: refused{where}"
    if expected.kind == "unknown":
        raw = "" if expected.raw is None else f", raw {value_text(expected.raw)}"
        return f"{expected.event}: not known; may be left out{raw}"
    return f"{expected.event}: {value_text(expected.data)}"


def _json_in_html(value: Any) -> str:
    """JSON that ends no script and opens no comment, whatever stands in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
