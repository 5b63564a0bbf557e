"""Edits of YAML that touch the lines that they are about, and not a byte of the others.

A parser says where each node stands; the text itself is cut and joined.  So comments, the order of
members, blank lines, quotes, the width of lines and how they end stay as a person wrote them.  What
an edit takes away leaves its comments behind.

`edit` checks itself: the text that it gives holds what the edits say, read by the same loader as
every spec, or it raises `EditError`.
"""

from __future__ import annotations

import copy
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from threadwire_generator.change.yaml_text import WIDTH, entry, in_flow, is_nested, scalar
from threadwire_generator.load import Json, Steps, load_document

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = re.compile("\r\n|\r|\n")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Put:
    """The member or item at `steps` has this value; a new member comes after the member `after`."""

    steps: Steps
    value: Any
    after: str | None = None  # None: at the end


@dataclass(frozen=True, slots=True)
class Insert:
    """The list at `steps` has this item, before the one that is at `index` now."""

    steps: Steps
    index: int
    value: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """The member or item at `steps` is gone."""

    steps: Steps


Edit: TypeAlias = Put | Insert | Drop


class EditError(Exception):
    """The text is put together in a way that this edit cannot be made in; the text says where."""


def edit(text: str, edits: Sequence[Edit]) -> str:
    """The text after these edits, one by one; raises `EditError`."""
    try:
        expected = applied(_read(text), edits)
    except (LookupError, TypeError) as error:
        raise EditError(f"there is no such place to edit: {error}") from None
    pieces = _Pieces(text)
    for run in _runs(edits):
        pieces.edit(*run)
    text = pieces.text
    if edits and _read(text) != expected:
        raise EditError("the edits do not give what they should: the file is laid out unusually")
    return text


def applied(data: Any, edits: Iterable[Edit]) -> Any:
    """The data after these edits; the order of members is not looked at."""
    data = copy.deepcopy(data)
    for each in edits:
        place = data
        for step in each.steps[:-1]:
            place = place[step]
        match each:
            case Put(steps, value):
                place[steps[-1]] = copy.deepcopy(value)
            case Insert(steps, index, value):
                place[steps[-1]].insert(index, copy.deepcopy(value))
            case Drop(steps):
                del place[steps[-1]]
    return data


def _read(text: str) -> Json:
    document, findings = load_document(text.encode(), Path("edited.yaml"))
    if document is None:
        finding = findings[0]
        raise EditError(f"line {finding.line}: {finding.message}")
    return document.data


# --- a text in pieces -----------------------------------------------------------------------------


class _Pieces:
    """A text cut where its top-level members begin: an edit parses the one that it is about."""

    def __init__(self, text: str) -> None:
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._head, self._texts = self._cut(text)
        self._order = list(self._texts)

    @property
    def text(self) -> str:
        """All of it."""
        return self._head + "".join(self._texts[key] for key in self._order)

    def edit(self, each: Edit, *more: Edit) -> None:
        """Make an edit, and those that go with it."""
        key = str(each.steps[0])
        if len(each.steps) == 1 and isinstance(each, Put) and key not in self._texts:
            follows = each.after in self._texts or not self._order
            key = str(each.after) if follows else self._order[-1]
        elif len(each.steps) == 1 and not isinstance(each, Insert):
            key = ""  # no member of one alone
        if key not in self._texts:
            self._head, self._texts = self._cut(self._edited(self.text, each, *more))
            self._order = list(self._texts)
            return
        edited = self._edited(self._texts[key], each, *more)
        if len(each.steps) > 1:
            self._texts[key] = edited
            return
        head, fresh = self._cut(edited)
        place = self._order.index(key)
        if head or key not in fresh:
            raise EditError(f"`{key}` is laid out in a way that cannot be edited")
        self._order[place : place + 1] = fresh
        self._texts |= fresh

    def _edited(self, text: str, *run: Edit) -> str:
        place = _Text(text, self._newline)
        match run:
            case (Insert(steps, index, _), _, *_):
                node = place.node(steps)
                if node.value and node.flow_style:
                    return _insert_all(place, node.value, index, _values(run))
                for each in run:
                    text = _edit(_Text(text, self._newline), each)
                return text
            case _:
                return _edit(place, run[0])

    def _cut(self, text: str) -> tuple[str, dict[str, str]]:
        """What stands before the members, and these; all of it before where it cannot be cut."""
        whole = _Text(text, self._newline)
        root = whole.root
        if not _is_mapping(root) or root.flow_style or not root.value:
            return text, {}
        keys = [key for key, _ in root.value]
        starts = [len(whole.bom) + whole.start(key) for key in keys]
        if any(whole.column(whole.start(key)) for key in keys):
            return text, {}
        ends = [*starts[1:], len(text)]
        spans = zip(keys, starts, ends, strict=True)
        return text[: starts[0]], {key.value: text[start:end] for key, start, end in spans}


def _runs(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """The edits, with items together that are put into one list one behind the other."""
    run: list[Edit] = []
    for each in edits:
        last = run[-1] if run else None
        if not (
            isinstance(each, Insert)
            and isinstance(last, Insert)
            and (each.steps, each.index) == (last.steps, last.index + 1)
        ):
            if run:
                yield run
            run = []
        run.append(each)
    if run:
        yield run


def _values(run: Iterable[Edit]) -> list[Any]:
    return [each.value for each in run if isinstance(each, Insert)]


# --- a text and where things stand in it ----------------------------------------------------------


class _Text:
    """A YAML text with its nodes."""

    def __init__(self, text: str, newline: str) -> None:
        self.bom = text[: len(text) - len(text.removeprefix("\ufeff"))]
        self.text = text.removeprefix("\ufeff")
        self.newline = newline
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        try:
            self.root: Any = yaml.compose(self.text, Loader=_LOADER)
        except yaml.YAMLError:  # the edit before it made something else of the text
            raise EditError("the file is laid out unusually") from None

    def node(self, steps: Steps) -> Any:
        """The node at these steps."""
        node = self.root
        for step in steps:
            node = _value(node, step)
        return node

    def start(self, node: Any) -> int:
        """Where a node begins."""
        return self._place(node.start_mark)

    def _place(self, mark: Any) -> int:
        line: int = mark.line
        column: int = mark.column
        return self._starts[line] + column

    def end(self, node: Any) -> int:
        """Where a node ends, without what follows it in its lines and below."""
        if not isinstance(node, yaml.ScalarNode) and not node.flow_style and node.value:
            last: Any = node.value[-1]
            return self.end(last[1] if isinstance(last, tuple) else last)
        end = self._place(node.end_mark)
        if getattr(node, "style", None) in ("|", ">"):
            return self.start(node) + len(self.text[self.start(node) : end].rstrip())
        return end

    def line_start(self, place: int) -> int:
        """Where the line begins that this place is in."""
        return self._starts[bisect_right(self._starts, place) - 1]

    def line_end(self, place: int) -> int:
        """Where the line ends that this place is in."""
        match = _LINE_END.search(self.text, place)
        return match.start() if match else len(self.text)

    def column(self, place: int) -> int:
        """How far a place is from the begin of its line."""
        return place - self.line_start(place)

    def replaced(self, start: int, end: int, new: str) -> str:
        """The text with something else in a place."""
        new = new if self.newline == "\n" else new.replace("\n", self.newline)
        return self.bom + self.text[:start] + new + self.text[end:]

    def comments(self, start: int, end: int) -> list[str]:
        """The comments between two places."""
        inside = [
            (self.start(node), self.end(node))
            for node in _scalars(self.root)
            if self.end(node) > start and self.start(node) < end
        ]
        found = ((m.start(), m.group().rstrip()) for m in _COMMENT.finditer(self.text, start, end))
        return [text for at, text in found if not any(a <= at < b for a, b in inside)]


def _value(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        items: list[Any] = node.value
        return items[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value
    raise EditError(f"there is no `{step}` to edit")


def _scalars(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.ScalarNode):
        yield node
        return
    inner: list[Any] = node.value
    for each in inner:
        for part in each if _is_mapping(node) else (each,):
            yield from _scalars(part)


# --- the edits ------------------------------------------------------------------------------------


def _edit(text: _Text, each: Edit) -> str:
    match each:
        case Insert(steps, index, value):
            return _insert(text, text.node(steps), index, value)
        case Drop(steps):
            return _drop(text, text.node(steps[:-1]), steps)
        case Put(steps, value, after):
            parent = text.node(steps[:-1])
            members: list[Any] = parent.value if _is_mapping(parent) else []
            keys = [key.value for key, _ in members]
            if isinstance(steps[-1], int) or steps[-1] in keys:
                return _replace(text, parent, steps[-1], value)
            return _add(text, parent, steps, value, after if after in keys else None)


def _is_mapping(node: Any) -> bool:
    return isinstance(node, yaml.MappingNode)


def _replace(text: _Text, parent: Any, step: str | int, value: Any) -> str:
    """Put another value in place of one."""
    node = _value(parent, step)
    start, end = text.start(node), text.end(node)
    if not _is_mapping(parent) or parent.flow_style:
        return text.replaced(start, end, in_flow(value))
    key = next(key for key, _ in parent.value if key.value == step)
    if text.comments(start, end):
        raise EditError(f"there are comments in `{step}`, which would be lost")
    indent = text.column(text.start(key))
    lines = entry(str(step), value, indent)
    return text.replaced(text.start(key), end, "\n".join(lines)[indent:])


def _add(text: _Text, parent: Any, steps: Steps, value: Any, after: str | None) -> str:
    """Put a new member into a mapping."""
    key = str(steps[-1])
    if not _is_mapping(parent) or (not parent.value and len(steps) < 2):
        raise EditError(f"`{key}` cannot be added here")
    if not parent.value:
        return _replace(text, text.node(steps[:-2]), steps[-2], {key: value})
    before = _value(parent, after) if after is not None else parent.value[-1][1]
    end = text.end(before)
    if parent.flow_style:
        line = text.text[text.line_start(end) : text.line_end(end)]
        more = f", {scalar(key)}: {in_flow(value)}"
        if len(line) + len(more) > WIDTH and len(steps) > 1:
            unfolded = _unfolded(text, parent, steps[:-1])
            if unfolded is not None:
                return _edit(_Text(unfolded, text.newline), Put(steps, value, after))
        return text.replaced(end, end, more)
    lines = entry(key, value, text.column(text.start(parent.value[0][0])))
    place = text.line_end(end)
    gap = "\n" if len(steps) == 1 else ""  # types stand apart
    return text.replaced(place, place, "\n" + gap + "\n".join(lines))


def _unfolded(text: _Text, node: Any, steps: Steps) -> str | None:
    """The text with a mapping on lines of its own that stands on one line; None if it cannot."""
    start, end = text.start(node), text.end(node)
    parent = text.node(steps[:-1])
    if "\n" in text.text[start:end] or not _is_mapping(parent) or parent.flow_style:
        return None
    key = next(key for key, value in parent.value if value is node)
    margin = "\n" + " " * (text.column(text.start(key)) + 2)
    members = (text.text[text.start(k) : text.end(v)] for k, v in node.value)
    rest = text.text[end : text.line_end(end)].rstrip()
    lines = margin + margin.join(members)
    before = text.text[:start].rstrip(" ")
    return text.bom + before + _as(text, rest + lines) + text.text[text.line_end(end) :]


def _as(text: _Text, new: str) -> str:
    return new if text.newline == "\n" else new.replace("\n", text.newline)


def _drop(text: _Text, parent: Any, steps: Steps) -> str:
    """Take a member or an item away, and leave its comments."""
    pairs = parent.value if _is_mapping(parent) else [(each, each) for each in parent.value]
    nodes: list[tuple[Any, Any]] = list(pairs)
    step = steps[-1]
    at = step if isinstance(step, int) else [key.value for key, _ in nodes].index(step)
    first, last = nodes[at]
    start, end = text.start(first), text.end(last)
    if parent.flow_style:
        if at + 1 < len(nodes):
            after = text.start(nodes[at + 1][0])
            if text.comments(start, after):
                after = text.text.index(",", end) + 1
            return text.replaced(start, after, "")
        return text.replaced(text.end(nodes[at - 1][1]) if at else start, end, "")
    line = text.line_start(start)
    if len(nodes) == 1 or text.text[line:start].strip(" -"):
        raise EditError(f"`{step}` cannot be taken away here")
    stop = text.line_end(end)
    margin = " " * text.column(start)
    kept = "".join(f"{margin}{comment}\n" for comment in text.comments(start, stop))
    stop += len(text.newline) if stop < len(text.text) else 0
    return text.replaced(line, stop, kept)


def _insert(text: _Text, node: Any, index: int, value: Any) -> str:
    """Put an item into a list."""
    items: list[Any] = node.value
    item = in_flow(value)
    if not items:
        return text.replaced(text.start(node), text.end(node), f"[{item}]")
    if not node.flow_style:
        return _insert_line(text, items, index, value)
    return _insert_all(text, items, index, [value])


def _insert_all(text: _Text, items: Sequence[Any], index: int, values: Iterable[Any]) -> str:
    """Put items into a list in flow style, which has some; lines that get too long are broken."""
    at_end = index >= len(items)
    place = text.end(items[-1]) if at_end else text.start(items[index])
    margin = " " * text.column(text.start(items[0]))
    before = text.column(place)  # letters in the line, and those behind the place
    behind = text.line_end(place) - place
    new: list[str] = []
    for item in map(in_flow, values):
        fits = before + behind + len(item) + 2 <= WIDTH
        gap = ", " if fits else f",\n{margin}"
        new.append(f"{gap}{item}" if at_end else f"{item}{gap}")
        if fits:
            before += len(item) + 2
        else:
            before = len(margin) + (len(item) if at_end else 0)
    return text.replaced(place, place, "".join(new))


def _insert_line(text: _Text, items: Sequence[Any], index: int, value: Any) -> str:
    """Put an item into a list in block style."""
    near = items[min(index, len(items) - 1)]
    line = text.line_start(text.start(near))
    dash = text.text[line : text.start(near)]
    if dash.strip() != "-":
        raise EditError("an item cannot be added here")
    margin = " " * dash.index("-")
    body = in_flow(value) if is_nested(value) else scalar(value, flow=False)
    if index >= len(items):
        place = text.line_end(text.end(near))
        return text.replaced(place, place, f"\n{margin}- {body}")
    return text.replaced(line, line, f"{margin}- {body}\n")
