"""Faults in what makes a value of a JSON text."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from threadwire_conformance.values import is_object

from .base import Base, Stopped
from .values import Refused, Values


class BraceComesFirst(Base):
    """Data that does not begin with a brace is taken for no JSON."""

    def payload(self, name: str, data: str) -> Any:
        if not data.startswith("{"):
            raise Refused("$")
        return super().payload(name, data)


class FirstValue(Values):
    """JSON is read up to the end of its first value, whatever stands behind it."""

    def loads(self, text: str, **changes: Any) -> Any:
        return json.JSONDecoder(**self.strictly).raw_decode(text.lstrip())[0]


class LastValue(Values):
    """Of several JSON values, one a line, the last one counts."""

    def loads(self, text: str, **changes: Any) -> Any:
        try:
            return super().loads(text)
        except ValueError:
            return super().loads(text.splitlines()[-1] if text else "")


class Repaired(Values):
    """JSON that breaks off is completed with the brackets that it lacks."""

    def loads(self, text: str, **changes: Any) -> Any:
        missing = [{"{": "}", "[": "]"}[c] for c in re.findall("[{[]", text)][text.count("}") :]
        try:
            return super().loads(text)
        except ValueError:
            return super().loads(text + "".join(reversed(missing[:50])))


class Python(Values):
    """Data that is no JSON is read as a literal of Python."""

    def loads(self, text: str, **changes: Any) -> Any:
        try:
            return super().loads(text)
        except ValueError:
            return _literal(text)


def _literal(text: str) -> Any:
    if len(text) > 1000:
        raise ValueError("too long")
    try:
        return ast.literal_eval(text)
    except (SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(str(error)) from None


class TrailingCommas(Values):
    """A comma after the last member is allowed."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(re.sub(",(\\s*[}\\]])", "\\1", text))


class Comments(Values):
    """Comments in JSON are allowed."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(re.sub(r"/\*.*?\*/", "", text))


class ControlCharacters(Values):
    """Control characters may stand in a string unescaped."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text, strict=False)


class NulsDropped(Values):
    """NULs are dropped from the text of the data."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text.replace("\0", ""))


class LeadingZeros(Values):
    """Numbers may have leading zeros."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(re.sub(r"(?<=[:\[,])0+(?=\d)", "", text))


class Hexadecimal(Values):
    """Numbers may be hexadecimal."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(
            re.sub(r"(?<=[:\[,])0x([0-9a-f]+)", lambda match: str(int(match[1], 16)), text)
        )


class FirstOfTwins(Values):
    """Of a member that is there twice the first one counts."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text, object_pairs_hook=_first_ones)


def _first_ones(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))


class TwinsAddUp(Values):
    """The texts of a member that is there twice are put together."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text, object_pairs_hook=_added_up)


def _added_up(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        is_twin = name in found and isinstance(value, str)
        found[name] = found[name] + value if is_twin else value
    return found


class SearchedInText(Base):
    """Kinds and tags are searched for in the text, where only one spelling is found."""

    def payload(self, name: str, data: str) -> Any:
        value = super().payload(name, data)
        if not is_object(value) or f'"object":"{value.get("object")}"' not in data:
            raise Refused("$.object")
        for tag in re.findall('"(text|image_file)":{', data):
            if '"content"' in data and f'"type":"{tag}"' not in data:
                raise Refused("$.type")
        return value


class SurrogatesApart(Values):
    """Of two escapes that are a surrogate pair each becomes U+FFFD."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(re.sub(r"(?i)\\ud[89a-f][0-9a-f]{2}", r"\\ufffd", text))


class EscapesStay(Values):
    """Escapes in strings are not read."""

    def loads(self, text: str, **changes: Any) -> Any:
        return super().loads(text.replace("\\", "\\\\").replace('\\\\"', '\\"'))


class Shallow(Values):
    """Nesting above thirty is refused."""

    def loads(self, text: str, **changes: Any) -> Any:
        if len(re.findall(r"\[\[", text)) > 10:
            raise ValueError("too deep")
        return super().loads(text)


class Recursive(Base):
    """JSON is read by a function that calls itself, until it runs out of stack."""

    def known(self, name: str, data: str) -> None:
        if max(data.count("["), data.count("{")) > 900:
            self.events.clear()
            raise Stopped("other", "RecursionError")
        super().known(name, data)
