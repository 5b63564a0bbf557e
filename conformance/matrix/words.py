"""Results in words: what stands out, and the tables for those who read Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from threadwire_conformance.suite import Suite

from .adapters import Adapter
from .record import Record

COMMAND = "make matrix"
BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
_TOLD = 5  # findings of an implementation
_SAID = 3  # of its own words
_OWN_WORDS = re.compile(r'"message": "((?:[^"\\]|\\.)*)"')
_PLACE = re.compile(r"\s*(?:at )?\(?\bline \d+,? column \d+\)?|\bchar(acter)? \d+")
_HEADER = ("implementation", "language", "version", "must: pass", "fail", "should: pass", "warn")
_RULE = ("---", "---", "---", "--:", "--:", "--:", "--:")


class Finding(NamedTuple):
    """What fails in the same way: where, how, how often, and the case that tells it best."""

    topic: str
    kind: str
    cases: int
    telling: str  # the id of a case


def findings(found: Record, suite: Suite) -> list[Finding]:
    """What fails of what must not, by topic and kind; what breaks first, then what was seen before.

    Cases that people wrote are told one by one elsewhere; derived ones are many of a kind.
    """
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in found.rows:
        case = suite.by_id.get(row["case"])
        if case is not None and row["verdict"] in ("fail", "broken"):
            groups.setdefault((case.topic, row["kind"]), []).append(row)

    def telling(row: dict[str, Any]) -> tuple[bool, bool]:
        case = suite.by_id[row["case"]]
        return (not case.seen, case.origin != "authored")

    def weight(item: Finding) -> tuple[bool, bool, int]:
        rows = groups[item.topic, item.kind]
        broken = any(row["verdict"] == "broken" for row in rows)
        return (not broken, not any(suite.by_id[r["case"]].seen for r in rows), -item.cases)

    told = [
        Finding(topic, kind, len(rows), min(rows, key=telling)["case"])
        for (topic, kind), rows in groups.items()
    ]
    return sorted(told, key=weight)


def own_words(found: Record) -> list[tuple[str, int]]:
    """What the implementation itself says where it refuses what it must not, and how often."""
    said = Counter(
        _PLACE.sub("", match[1].replace('\\"', '"')).strip()
        for row in found.rows
        if row["verdict"] == "fail" and row.get("kind") == "refused"
        if (match := _OWN_WORDS.search(row.get("found", "")))
    )
    return [(text, count) for text, count in said.most_common(_SAID) if text and count > 2]


def counts(found: Record) -> tuple[str, ...]:
    """The cells of an implementation after its name, language and version."""
    red = [str(found.count("fail", level="must")), str(found.count("warn", level="should"))]
    broken = found.count("broken")
    if broken:
        red[0] += f" + {broken} broken"
    good = [str(found.count("pass", "tolerated", level=level)) for level in ("must", "should")]
    return (good[0], red[0], good[1], red[1])


def results_page(records: Sequence[Record], adapters: Sequence[Adapter], suite: Suite) -> str:
    """The text of results/README.md."""
    return "\n".join(_results_page(records, adapters, suite))


def _results_page(
    records: Sequence[Record], adapters: Sequence[Adapter], suite: Suite
) -> Iterator[str]:
    yield f"<!-- Written by {COMMAND}; do not edit. -->"
    yield "# Who passes"
    yield ""
    yield f"The suite of the {suite.title}, {_suite_text(suite)}, run on implementations as"
    yield "they are published. [index.html](index.html), opened from disk, has each case's bytes."
    yield ""
    yield from _table(records, _link)
    yield ""
    yield from _reading()
    by_name = {adapter.name: adapter for adapter in adapters}
    for found in records:
        yield ""
        yield from _implementation(found, by_name.get(found.name), suite)
    missing = sorted(by_name.keys() - {found.name for found in records})
    if missing:
        yield ""
        yield f"Without results yet: {', '.join(missing)}."
    yield ""


def _reading() -> Iterator[str]:
    yield "- A *must* case that fails loses or invents something; a *should* case that fails warns."
    yield "- *pass* counts what is tolerated, too: another outcome that the standards allow."
    yield "- The rest is neutral (both ways are right, what came is recorded), or needs a feature"
    yield "  that the implementation does not have."
    yield "- SDKs run over HTTP, where the network cuts as it likes; libraries get every cut."


def _implementation(found: Record, adapter: Adapter | None, suite: Suite) -> Iterator[str]:
    yield f"## {found.name} {found.version}"
    yield ""
    yield f"{found.implementation} ({found.language}), by [its adapter](../adapters/{found.name}/)."
    if found.suite["digest"] != suite.digest:
        yield f"Judged by an older suite, {found.suite['cases']} cases."
    yield ""
    told = findings(found, suite)
    for item in told[:_TOLD]:
        count = "1 case" if item.cases == 1 else f"{item.cases} cases, such as"
        title = suite.by_id[item.telling].title
        yield f"- **{item.topic}, {item.kind}:** {count} `{item.telling}`: {_text(title)}."
    if len(told) > _TOLD:
        rest = sum(item.cases for item in told[_TOLD:])
        yield f"- {rest} more in {len(told) - _TOLD} other groups."
    for text, times in own_words(found):
        yield f"- In its own words, {times} times: `{text.replace('`', chr(39))}`."
    if not told:
        yield "- No must-case fails."
    for note in adapter.notes if adapter else ():
        yield f"- Note: {_text(note)}"


def readme_block(records: Sequence[Record], suite: Suite) -> str:
    """What stands between the markers of the README at the root."""
    lines = [
        f"{_suite_text(suite).capitalize()}; details by implementation and by case in",
        "[conformance/results](conformance/results/README.md).",
        "",
        *_table(records, _name),
    ]
    return "\n".join(lines) + "\n"


def with_block(readme: str, block: str) -> str | None:
    """A README with another block between its markers; None if it has no markers."""
    head, begin, rest = readme.partition(BEGIN)
    _, end, tail = rest.partition(END)
    return f"{head}{begin}\n{block}{end}{tail}" if begin and end else None


def _table(records: Sequence[Record], name: Callable[[Record], str]) -> Iterable[str]:
    yield _row(_HEADER)
    yield _row(_RULE)
    for found in records:
        yield _row([name(found), found.language, found.version, *counts(found)])


def _link(found: Record) -> str:
    anchor = re.sub(r"[^\w -]", "", f"{found.name} {found.version}".lower()).replace(" ", "-")
    return f"[{found.name}](#{anchor})"


def _name(found: Record) -> str:
    return found.name


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _suite_text(suite: Suite) -> str:
    return f"revision {suite.revision}, {len(suite.cases)} cases"


def _text(text: str) -> str:
    return re.sub(r"([<*_])", r"\\\1", text)
