"""Spec text made safe for Markdown: what a person wrote can shape no page but by its words.

`Markdown` marks text that is Markdown already.  Every other string that a template prints goes
through `escape` (the environment sees to it, see `__init__.py`), so that no string of a spec can
end a table cell, open a tag, a link or a fence, or speak to the diagram renderer.

The classes of characters are written out or ASCII: Unicode's own grow from one Python to the next,
and the pages must not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


class Markdown(str):
    """Text that is printed as it stands."""

    __slots__ = ()


# Controls, soft hyphen, zero-width and direction marks, surrogates, tags: they show nothing.
_UNSEEN = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# Characters that mean something within a line, and what to write for them. `<`, `>` and `|` become
# entities, since not every renderer knows a backslash before them.
_INLINE = str.maketrans(
    {char: f"\\{char}" for char in "\\`*[]~$"} | {"<": "&lt;", ">": "&gt;", "|": "&#124;"}
)
# At the edge of a word; inside one it means nothing.
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])", re.ASCII)
_ENTITY = re.compile(r"&(?=#?\w+;)", re.ASCII)
_BLOCK_START = re.compile(r"^(?:[-+=#]|[0-9]+(?=[.)]))")
_CODE_SPAN = re.compile(r"(?<!`)`([^`]*[^`\s][^`]*)`(?!`)")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_PLAIN_CODE = re.compile(r"[\w .,:;/?!@#%^()\[\]{}<>+='\"-]+", re.ASCII)
_DIAGRAM_SYNTAX = re.compile(r"[^\w ./\u0080-\U0010ffff-]", re.ASCII)


def escape(value: object) -> Markdown:
    """Return a value as one line of Markdown that reads as the value does.

    Of what Markdown knows, a person may write code type: words between two backticks.
    """
    if isinstance(value, Markdown):
        return value
    line = one_line(str(value))
    pieces = (
        code(piece) if number % 2 else _prose(piece)  # what the pattern captured is every second
        for number, piece in enumerate(_CODE_SPAN.split(line))
    )
    return Markdown(_block_safe("".join(pieces)))


def _prose(text: str) -> str:
    safe = _ENTITY.sub("&amp;", text).translate(_INLINE)
    return _EDGE_UNDERSCORE.sub(r"\\_", safe)


def one_line(text: str) -> str:
    """Return `text` without line ends and without characters that show nothing."""
    return " ".join(_UNSEEN.sub("", " ".join(text.split())).split())


def _block_safe(line: str) -> str:
    """Keep the head of a paragraph from being read as a heading, a rule or a list."""
    head = _BLOCK_START.match(line)
    if head is None:
        return line
    if head[0].isdigit():
        return f"{head[0]}\\{line[head.end():]}"
    return f"\\{line}"


def code(text: str) -> Markdown:
    """Return `text` in code type."""
    line = one_line(text)
    if _PLAIN_CODE.fullmatch(line):
        return Markdown(f"`{line}`")
    coded = "".join(f"&#{ord(char)};" if _PUNCTUATION.match(char) else char for char in line)
    return Markdown(f"<code>{coded}</code>")


def link(text: Markdown, href: str) -> Markdown:
    """Return a link; `href` has been made by us, not by a spec."""
    return Markdown(f"[{text}]({href})")


def join(parts: Iterable[object], separator: str = ", ") -> Markdown:
    """Return the parts, each escaped, with a separator of ours between them."""
    return Markdown(separator.join(escape(part) for part in parts))


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Markdown:
    """Return a table; each cell is escaped, and there is one for each heading."""
    lines = [_row(header), _row([Markdown("---")] * len(header))]
    for row in rows:
        assert len(row) == len(header), f"a row of {len(row)} cells under {len(header)} headings"
        lines.append(_row(row))
    return Markdown("\n".join(lines))


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"


def comment(text: str) -> Markdown:
    """Return an HTML comment that its text cannot close."""
    return Markdown(f"<!-- {re.sub('--+|[<>]', '', one_line(text))} -->")


def diagram_label(text: str) -> Markdown:
    """Return text for a Mermaid diagram; what the diagram's grammar may know becomes an entity."""
    return Markdown(_DIAGRAM_SYNTAX.sub(lambda found: f"#{ord(found[0])};", one_line(text)))


class Slugs:
    """The anchors of one page's headings, in their order, as GitHub names them."""

    def __init__(self) -> None:
        """Begin a page that has no heading yet."""
        self._seen: dict[str, int] = {}

    def add(self, heading: str) -> str:
        """Return the anchor of the page's next heading."""
        kept = re.sub(r"[^\w\- ]", "", one_line(heading).lower())
        slug = kept.replace(" ", "-")
        count = self._seen.get(slug)
        self._seen[slug] = 0 if count is None else count + 1
        return slug if count is None else f"{slug}-{count + 1}"
