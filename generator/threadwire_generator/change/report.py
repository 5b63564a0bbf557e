"""A difference as people and programs read it.  One table of formats; add one here.

Each format is a function of a `Report` that gives the whole text, ending with a line end.  Colours
are those of click, which takes them out where the output is no terminal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from threadwire_generator.change.contract import Change, Contract, Difference, Place
from threadwire_generator.change.kinds import BREAKS, KINDS
from threadwire_generator.findings import one_line
from threadwire_generator.screen import count

MOST_RENAMES = 8  # that a report for people lists; the others are counted

WHO: Mapping[str, tuple[str, str]] = {  # singular and plural of who is broken
    "decoder": ("breaks decoders", "break decoders"),
    "server": ("breaks servers", "break servers"),
    "python": ("breaks Python source", "break Python source"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """A difference, and what it is between."""

    old: Contract
    new: Contract
    difference: Difference
    note: str = ""
    fail_on: frozenset[str] = frozenset()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, type by type in the order in which the types were met."""
        first: dict[str, int] = {}
        for change in self.difference.changes:
            first.setdefault(_type(change.place), len(first))
        return tuple(sorted(self.difference.changes, key=lambda c: first[_type(c.place)]))

    @property
    def failures(self) -> list[Change]:
        """The changes that break somebody who may not break."""
        return [change for change in self.changes if self.fail_on.intersection(broken(change))]

    @property
    def summary(self) -> str:
        """One line that accounts for all changes."""
        changes = self.changes
        if not changes:
            return "no changes"
        counts = {who: sum(who in broken(change) for change in changes) for who in WHO}
        words = [f"{number} {WHO[who][number != 1]}" for who, number in counts.items() if number]
        lossy = sum(change.decoder == "lossy" for change in changes)
        words += [f"{lossy} {'is' if lossy == 1 else 'are'} lossy"] if lossy else []
        harmless = sum(not broken(change) and change.decoder == "safe" for change in changes)
        words += [f"{harmless} {'breaks' if harmless == 1 else 'break'} nobody"] if harmless else []
        return f"{count(len(changes), 'change')}: {', '.join(words)}"


def broken(change: Change) -> list[str]:
    """Who breaks by a change: of decoder, server, python."""
    return [who for who, words in BREAKS.items() if getattr(change, who) in words]


def _type(place: Place) -> str:
    return str(Place(place.old_type, place.new_type))


def _side(contract: Contract) -> str:
    return f"{contract.name} ({contract.about})" if contract.about else contract.name


# --- for a terminal -------------------------------------------------------------------------------

_COLOURS: Mapping[str, str] = {"BREAKING": "red", "lossy": "yellow", "source-breaking": "yellow"}
_WIDTHS = (8, 8, 15)  # of the three classes


def as_text(report: Report) -> str:
    """Type by type, with who breaks in front; the last line is the summary."""
    lines = [
        click.style(f"--- {_side(report.old)}", fg="red"),
        click.style(f"+++ {_side(report.new)}", fg="green"),
    ]
    if report.note:
        lines.append(click.style(report.note, dim=True))
    if report.changes:
        lines += ["", click.style("decoder   server    python", dim=True)]
    kinds = max((len(change.kind) for change in report.changes), default=0)
    for place, group in groupby(report.changes, key=lambda change: _type(change.place)):
        lines += ["", click.style(one_line(place.replace("=>", " => ")), bold=True)]
        lines += [_row(change, kinds, place) for change in group]
    lines += _renamed(report)
    ends = "green" if not report.changes else "red" if report.failures else None
    lines += ["", click.style(report.summary, fg=ends, bold=True)]
    if report.failures:
        who = ", ".join(sorted(report.fail_on))
        lines[-1] += click.style(f"; {len(report.failures)} may not ({who})", fg="red", bold=True)
    return "\n".join(lines) + "\n"


def _row(change: Change, width: int, place: str) -> str:
    words = (change.decoder, change.server, change.python.split(";")[0].split(" for ")[0])
    classes = "  ".join(
        click.style(f"{word:{wide}}", fg=_COLOURS.get(word), dim=word not in _COLOURS)
        for word, wide in zip(words, _WIDTHS, strict=True)
    )
    inner = change.path.removeprefix(place).removeprefix(".")
    what = click.style(one_line(inner), fg="cyan") + ("  " if inner else "")
    return f"{classes}  {change.kind:{width}}  {what}{one_line(change.detail)}".rstrip()


def _renamed(report: Report) -> Iterator[str]:
    renames = report.difference.renames
    if len(renames) > MOST_RENAMES:
        yield from ("", f"{count(len(renames), 'type')} by another name: --format json lists them")
    elif renames:
        yield ""
        yield from (f"{r.kind}: {one_line(r.old)} => {one_line(r.new)}" for r in renames)


# --- for programs ---------------------------------------------------------------------------------


def as_json(report: Report) -> str:
    """Everything, as one JSON object."""
    changes = report.changes
    value = {
        "old": {"name": report.old.name, "about": report.old.about},
        "new": {"name": report.new.name, "about": report.new.about},
        "changes": [
            {
                "path": change.path,
                "kind": change.kind,
                "detail": change.detail,
                "decoder": change.decoder,
                "server": change.server,
                "python": change.python,
            }
            for change in changes
        ],
        "renames": [
            {"old": rename.old, "new": rename.new, "kind": rename.kind}
            for rename in report.difference.renames
        ],
        "breaks": {who: sum(who in broken(change) for change in changes) for who in WHO},
        "summary": report.summary,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_github(report: Report) -> str:
    """Annotations of a workflow: what may not break an error, other breaks a warning."""
    lines = [_annotation(change, report) for change in report.changes]
    return "\n".join([*lines, one_line(report.summary)]) + "\n"


def _annotation(change: Change, report: Report) -> str:
    who = broken(change)
    word = "error" if report.fail_on.intersection(who) else "warning" if who else "notice"
    properties = {"title": f"{change.kind}: {change.path}"}
    mark = report.new.marks.get(change.place.new_type) or report.old.marks.get(
        change.place.old_type
    )
    if mark is not None and Path(mark.file).is_file():
        properties = {"file": mark.file, "line": str(mark.line), **properties}
    listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    said = f"decoder {change.decoder}, server {change.server}, python {change.python}"
    return f"::{word} {listed}::{_escaped(f'{change.detail} ({said})')}"


def _escaped(text: str, more: str = "") -> str:
    """A text as workflow commands want it."""
    text = one_line(text).replace("%", "%25")
    for char in more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


# --- for pages ------------------------------------------------------------------------------------


def as_markdown(report: Report) -> str:
    """A table of the changes, for a pull request or a page."""
    lines = [f"**{_cell(_side(report.old))}** → **{_cell(_side(report.new))}**", ""]
    if report.note:
        lines += [report.note, ""]
    if report.changes:
        lines += ["| path | change | detail | decoder | server | python |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        lines += [_cells(change) for change in report.changes]
        lines += [""]
    renames = report.difference.renames
    if len(renames) > MOST_RENAMES:
        lines += [f"{count(len(renames), 'type')} by another name.", ""]
    elif renames:
        lines += [f"- {r.kind}: {_code(r.old)} → {_code(r.new)}" for r in renames] + [""]
    return "\n".join([*lines, report.summary]) + "\n"


def _cells(change: Change) -> str:
    bold = f"**{change.decoder}**", f"**{change.server}**"
    decoder = bold[0] if "decoder" in broken(change) else change.decoder
    server = bold[1] if "server" in broken(change) else change.server
    cells = (_code(change.path), change.kind, _cell(change.detail), decoder, server, change.python)
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """A text between backticks; one that holds backticks goes without."""
    safe = one_line(text)
    return _cell(safe) if "`" in safe else f"`{safe}`".replace("|", "\\|")


def _cell(text: str) -> str:
    """A text as a cell holds it; nothing in it is markup."""
    safe = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
    return "".join(f"\\{char}" if char in "`*_[]" else char for char in safe)


def as_changelog(report: Report) -> str:
    """An entry to paste: what came, what is otherwise, what went, each with who breaks."""
    sections: dict[str, list[str]] = {"Added": [], "Changed": [], "Removed": []}
    for change in report.changes:
        sections[KINDS[change.kind].section].append(_entry(change))
    renames = [r for r in report.difference.renames if r.kind == "renamed"]
    if len(renames) <= MOST_RENAMES:  # more come from comparing two vocabularies
        sections["Changed"] += [f"- {_code(r.old)} is now {_code(r.new)}." for r in renames]
    parts = [f"### {name}\n\n{_joined(lines)}" for name, lines in sections.items() if lines]
    return "\n\n".join(parts or ["Nothing changed."]) + "\n"


def _entry(change: Change) -> str:
    path, detail = (one_line(text).replace("`", "'") for text in (change.path, change.detail))
    text = KINDS[change.kind].entry.format(path=path, detail=detail)
    who = [WHO[each][0].removeprefix("breaks ") for each in broken(change)]
    note = f" **Breaks {_and(who)}.**" if who else ""
    return f"- {text[0].upper()}{text[1:]}.{note}"


def _and(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "github": as_github,
    "changelog": as_changelog,
}
