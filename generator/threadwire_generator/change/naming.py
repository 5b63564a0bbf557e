"""Names for what a document leaves nameless: types, events' classes, files."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container, Iterable

from threadwire_generator.rules.names import (
    RESERVED,
    RESERVED_MODULES,
    class_problem,
    field_problem,
    suggested_field,
)

_WORDS = re.compile(r"[^A-Za-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")  # on Windows, whatever follows the dot
_LONGEST = 100  # letters of a name; longer ones are cut
_OTHER_FILES = {"lifecycle", "meta", "protocol", "rules"}  # of a spec, that hold no types
_OBJECT = "Object"  # what many documents end the names of their schemas with


def camel(*texts: str) -> str:
    """Words as a class has them in its name: `search.done_twice` is `SearchDoneTwice`."""
    words = [word for text in texts for word in _WORDS.split(text) if word]
    name = "".join(word[0].upper() + word[1:] for word in words)[:_LONGEST]
    return name if name[:1].isalpha() else f"Type{name}"


def snake(name: str) -> str:
    """A class's name as a file has it: `SearchResult` is `search_result`."""
    return _HUMP.sub("_", name).lower()


def stem(name: str) -> str:
    """A type's name, as the names of the types in it begin."""
    return name.removesuffix(_OBJECT) or name


def singular(words: str) -> str:
    """What one of these is called: an item of `tool_calls` is a `tool_call`."""
    if words.endswith("ies") and len(words) > 4:
        return f"{words[:-3]}y"
    if words.endswith(("ses", "xes", "ches", "shes")):
        return words[:-2]
    return words[:-1] if words.endswith("s") and not words.endswith("ss") else words


class Names:
    """Names of classes that are taken, and those that can still be had."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def take(self, *wanted: str) -> str:
        """Take the first of these names that can be had, or the last one with a number."""
        for name in wanted:
            if self._is_free(name):
                self._taken.add(name)
                return name
        number = 2
        while not self._is_free(f"{wanted[-1]}{number}"):
            number += 1
        return self.take(f"{wanted[-1]}{number}")

    def _is_free(self, name: str) -> bool:
        # An open union has a variant for what it does not know, called after it.
        beside = (f"Unknown{name}", name.removeprefix("Unknown"))
        others = any(other in self._taken for other in beside if other != name)
        return not (name in self._taken or name in RESERVED or class_problem(name) or others)


def attribute(name: str, taken: Container[str], types: Container[str]) -> str | None:
    """What a member is called in code, where its name on the wire cannot be; None where it can."""
    if field_problem(name, types) is None and name not in taken:
        return None
    found = suggested_field(name, types)
    while found in taken:
        found += "_"
    return found


def file_stem(name: str, taken: Container[str]) -> str:
    """The name of a file of types, without its suffix, that can be a module's."""
    wanted = snake(stem(name))
    candidates = [wanted, f"{wanted}_types", *(f"{wanted}_{number}" for number in range(2, 99))]
    reserved = RESERVED_MODULES | _OTHER_FILES
    return next(
        word
        for word in candidates
        if word not in reserved
        and word not in taken
        and not keyword.iskeyword(word)
        and not _DEVICE.fullmatch(word)
    )
