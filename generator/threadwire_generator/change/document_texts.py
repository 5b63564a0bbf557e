"""What a document says beside its schemas: its revision, and the words that describe things.

The words are its author's.  They are for whoever makes a spec of their own document; each is cut to
one sentence of plain text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from threadwire_generator.change.keywords import is_list, is_mapping
from threadwire_generator.change.model import Path
from threadwire_generator.change.outline import Outline, read_outline
from threadwire_generator.change.walk import Facts
from threadwire_generator.rules.types import LONGEST_DESCRIPTION

_INFO = re.compile(r"^info:[^\S\n]*\n((?:[ \t#].*\n|\s*\n)*)", re.MULTILINE)
_LARGEST_INFO = 64 * 1024  # characters
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_MARKS = re.compile(r"\*\*|__|^\s*(?:#+|>|[-*+])\s+", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[a-z0-9)`\"'\]])(?<!e\.g)(?<!i\.e)[.!?](?=\s+[A-Z\"(\[]|\s*$)")


def facts_of(content: bytes) -> Facts:
    """The commit and the day that a document names under `info`, if it does."""
    for told in _info(content).values():
        if is_mapping(told):
            facts: Mapping[str, Any] = told
            commit, date = str(facts.get("commit")), str(facts.get("date"))
            return Facts(
                commit if _COMMIT.fullmatch(commit) else None,
                date if _DATE.fullmatch(date) else None,
            )
    return Facts()


def _info(content: bytes) -> dict[str, Any]:
    text = content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        if text.lstrip()[:1] == "{":
            whole: Any = json.loads(text)
            info = whole.get("info")
        else:
            block = _INFO.search(text)
            # The loader that knows strings only: neither dates nor truths nor objects.
            here = block.group(1)[:_LARGEST_INFO] if block else ""
            info = yaml.load(here, Loader=yaml.BaseLoader)
    except (ValueError, AttributeError, RecursionError, yaml.YAMLError):
        return {}
    return info if is_mapping(info) else {}


# --- descriptions ---------------------------------------------------------------------------------


def describer(content: bytes, root: str) -> Callable[[Path], str | None]:
    """What gives the document's words for a place: `(type, member, …)`, or `(root, event)`."""
    outline = read_outline(content, "document")

    def describe(path: Path) -> str | None:
        if len(path) == 2 and path[0] == root:
            return _event_words(outline, root, path[1])
        return _words(outline, path)

    return describe


def _words(outline: Outline, path: Path) -> str | None:
    schemas = [_schema(outline, path[0])]
    for step in path[1:]:
        schemas = [found for each in schemas for found in _inside(each, step)]
    texts = (each.get("description") for schema in schemas for each in _composed(schema))
    told = (sentence(text, path[-1]) for text in texts if isinstance(text, str))
    return next((text for text in told if text), None)


def _schema(outline: Outline, name: str) -> Any:
    top = name.split("/")[0]
    return outline.data(top)[0] if top in set(outline.names()) else {}


def _composed(schema: Any) -> Iterator[Mapping[str, Any]]:
    """A schema, and those that are written into it."""
    if is_mapping(schema):
        whole: Mapping[str, Any] = schema
        yield whole
        for key in ("allOf", "anyOf", "oneOf"):
            branches: Any = whole.get(key)
            for branch in branches if is_list(branches) else ():
                if is_mapping(branch) and "$ref" not in branch:
                    yield from _composed(branch)


def _inside(schema: Any, step: str) -> Iterator[Any]:
    for each in _composed(schema):
        if step == "[]":
            if "items" in each:
                yield each["items"]
        elif is_mapping(each.get("properties")) and step in each["properties"]:
            yield each["properties"][step]


def _event_words(outline: Outline, root: str, event: str) -> str | None:
    """The words for the object that names an event and carries its data."""
    known = set(outline.names())
    waiting, seen = [root], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        for each in _composed(_schema(outline, name)):
            told = each.get("properties", {})
            named = told.get("event") if is_mapping(told) else None
            if is_mapping(named) and event in (named.get("const"), *_listed(named)):
                text = each.get("description")
                return sentence(text, event) if isinstance(text, str) else None
            waiting += _references(each)
    return None


def _listed(schema: Mapping[str, Any]) -> list[Any]:
    values = schema.get("enum")
    return values if is_list(values) else []


def _references(schema: Mapping[str, Any]) -> list[str]:
    branches = [b for key in ("oneOf", "anyOf") for b in schema.get(key) or ()]
    refs = [branch.get("$ref") for branch in branches if is_mapping(branch)]
    return [ref.rpartition("/")[2] for ref in refs if isinstance(ref, str)]


def sentence(text: str, name: str = "") -> str | None:
    """The first sentence of a text, as plain text with a full stop; None if it says nothing."""
    plain = _TAG.sub("", _LINK.sub(r"\1", _FENCE.sub(" ", text)))
    plain = plain.split("\n\n")[0] if plain.split("\n\n")[0].strip() else plain
    plain = " ".join(_MARKS.sub(" ", plain).split())
    plain = "".join(char for char in plain if char.isprintable())
    end = _SENTENCE.search(plain)
    plain = plain[: end.start()] if end else plain.rstrip(" .:;,")
    if len(plain) >= LONGEST_DESCRIPTION:
        plain = plain[: LONGEST_DESCRIPTION - 2].rsplit(" ", 1)[0].rstrip(" .:;,")
    letters = "".join(char for char in plain.casefold() if char.isalnum())
    if not letters or letters == "".join(char for char in name.casefold() if char.isalnum()):
        return None
    return f"{plain}."
