"""What the two profiles of a bundle disagree on, as one table.

A profile answers the questions that the walk over the spec (`bundle.py`) asks; the walk itself
knows no profile.  The wire profile admits what a client has to expect: null for absent, values and
tags that nobody has heard of, events too.  The documented profile holds a server to the official
document: everything is closed, and a field is exactly what the document says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from threadwire_generator.spec import EnumType, Field, ObjectType, Spec, UnionType

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """The answers of one profile."""

    name: str
    about: str  # one sentence for the root description
    opens: bool  # whether what the spec calls open, and the set of events, is open
    fields: Callable[[ObjectType], tuple[Field, ...]]  # the members that the profile knows
    required: Callable[[ObjectType, Field], bool]
    nullable: Callable[[Field], bool]
    keywords: Callable[[Field], Mapping[str, Any]]  # what replaces the field's own keywords
    values: Callable[[EnumType], tuple[str, ...]]
    variants: Callable[[UnionType], tuple[str, ...]]
    data: Callable[[Spec], dict[str, Schema]]  # events whose data is no plain payload


def _documented_values(enum: EnumType) -> tuple[str, ...]:
    return enum.values if enum.documented_values is None else enum.documented_values


def _documented_variants(union: UnionType) -> tuple[str, ...]:
    return union.variants if union.documented_variants is None else union.documented_variants


def _wire_data(spec: Spec) -> dict[str, Schema]:
    """Any data for the end event and the error: a client has to take them as they come."""
    data: dict[str, Schema] = {}
    if spec.end is not None:
        data[spec.end.event] = {"examples": [spec.end.data]}
    if spec.error is not None:
        text = "text of the error"
        flat = {spec.error.text_as: text}
        wrapped = [{spec.error.wrapped_in: flat}] if spec.error.wrapped_in is not None else []
        data[spec.error.event] = {"examples": [flat, *wrapped, text]}
    return data


def _documented_data(spec: Spec) -> dict[str, Schema]:
    return {} if spec.end is None else {spec.end.event: {"const": spec.end.data}}


WIRE = Profile(
    name="wire",
    about=(
        "What real streams carry: a member that is not required may be null, and unknown events, "
        "members, enum values and tags are admitted where the protocol leaves room for them."
    ),
    opens=True,
    fields=lambda type_: type_.fields,
    required=lambda _, field: field.required,
    nullable=lambda field: field.nullable or not field.required,
    keywords=lambda _: {},
    values=lambda enum: enum.values,
    variants=lambda union: union.variants,
    data=_wire_data,
)

DOCUMENTED = Profile(
    name="documented",
    about=(
        "What the official document says: null only where it is stated, and no other events, enum "
        "values and tags than the known ones. Members that the document does not know are not "
        "described; they are admitted, since objects may carry more members."
    ),
    opens=False,
    fields=lambda type_: tuple(
        field for field in type_.fields if field.documented is None or field.documented.known
    ),
    required=lambda type_, field: (field.required or field.wire_name in type_.documented_required),
    nullable=lambda field: field.nullable,
    keywords=lambda field: {} if field.documented is None else field.documented.keywords,
    values=_documented_values,
    variants=_documented_variants,
    data=_documented_data,
)

PROFILES = (WIRE, DOCUMENTED)
