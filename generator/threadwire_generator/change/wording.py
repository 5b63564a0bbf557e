"""A schema in a few words, as a change tells it: `array<string>|null`, `enum(a|b)`, `map<any>`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threadwire_generator.change.contract import (
    Array,
    Boolean,
    Contract,
    Number,
    Object,
    OtherObjects,
    Part,
    Schema,
    String,
)
from threadwire_generator.change.keywords import number
from threadwire_generator.change.variants import choices, common_tag, json_type, united

_DEEPEST = 6  # how far into nested lists and maps a wording goes
_MOST = 12  # values, members or variants that a wording lists


def describe(schema: Schema, contract: Contract, depth: int = 0) -> str:
    """The schema in a few words: objects by their name or their members, all else spelled out."""
    if depth > _DEEPEST:
        return "…"
    alternatives = list(contract.alternatives(schema))
    names = {part: name for part, name in alternatives if name is not None}
    parts = united(part for part, _ in alternatives)
    present = parts.present.parts
    words: list[str] = []
    if len(present) > 1:
        words.append(f"union({_list(list(_branches(present, names, contract)), ', ')})")
    elif present:
        words.append(_part(present[0], names.get(present[0]), contract, depth))
    return "|".join([*words, *(["null"] if parts.nullable else [])]) or "nothing"


def branch(part: Part) -> str:
    """The word for an alternative that no tag tells apart: `enum`, `string`, `array`, …"""
    match part:
        case String(values, False) if values:
            return "enum"
        case Number(True):
            return "integer"
        case _:
            return json_type(part)


def branch_of(old: Part, new: Part) -> str:
    """The word for an alternative of both sides, whichever way they are compared."""
    words = {branch(old), branch(new)}
    return words.pop() if len(words) == 1 else "enum" if "enum" in words else json_type(new)


def variant(part: Part, name: str | None, contract: Contract) -> str:
    """An alternative in a few words, as one that came or went."""
    word, spelled = branch(part), _part(part, name, contract, 0)
    return word if word == spelled else f"{word} ({spelled})"


def _branches(parts: Sequence[Part], names: dict[Part, str], contract: Contract) -> Iterator[str]:
    known = {part: choices(part, contract) for part in parts if isinstance(part, Object)}
    tag = common_tag(list(known.values()))
    for part in parts:
        if isinstance(part, Object) and tag is not None:
            yield from (f"{tag}={value}" for value in known[part][tag].values)
        elif isinstance(part, OtherObjects):
            yield f"{part.tag}=…"
        else:
            yield names.get(part) or branch(part)


def _part(part: Part, name: str | None, contract: Contract, depth: int) -> str:
    match part:
        case Boolean((value,)):
            return f"enum({str(value).lower()})"
        case String(values, is_open) if values:
            return f"enum({_list([*values, *(['…'] if is_open else [])], '|')})"
        case Number(_, values) if values:
            return f"enum({_list([number(value) for value in values], '|')})"
        case Array(items):
            return f"array<{describe(items, contract, depth + 1)}>"
        case Object(members, rest) if members or rest is None:
            return name or f"object{{{_list([member.name for member in members], ',')}}}"
        case Object(_, rest) if rest is not None:
            return f"map<{describe(rest, contract, depth + 1)}>"
        case _:
            return branch(part)


def _list(words: Sequence[str], between: str) -> str:
    left_out = len(words) - _MOST
    shown = [*words[:_MOST], f"… {left_out} more"] if left_out > 0 else words
    return between.join(shown)
