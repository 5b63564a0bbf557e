"""A spec as a contract: what the wire may carry, or what the official document promises.

The two views are the profiles of the target `jsonschema`, and objects are read from its bundle, so
that no rule of a profile is written down twice.  Enums and unions are taken from the spec itself,
since a bundle cannot say of an open one what it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from threadwire_generator.change.contract import (
    Contract,
    EventShape,
    Facts,
    OtherObjects,
    Part,
    Ref,
    Schema,
    String,
)
from threadwire_generator.change.json_schema import Steps, read_types
from threadwire_generator.findings import Finding
from threadwire_generator.spec import EnumType, Mark, NamedType, ObjectType, Spec, UnionType
from threadwire_generator.targets.jsonschema.bundle import bundle
from threadwire_generator.targets.jsonschema.profiles import PROFILES, Profile

ProfileName: TypeAlias = Literal["wire", "documented"]
PREFIX = "#/$defs/"


def contract_of_spec(spec: Spec, profile: ProfileName) -> Contract:
    """The contract of a spec without findings, in one of its two views."""
    chosen = next(each for each in PROFILES if each.name == profile)
    known = {name: _known(type_, chosen) for name, type_ in spec.types.items()}
    read, _ = read_types(
        Definitions(bundle(spec, chosen)["$defs"], spec.types),
        [*(f"event:{event.name}" for event in spec.events), *spec.types],
        {name: schema for name, schema in known.items() if schema is not None},
    )
    events = {
        event.name: EventShape(event.name, read[f"event:{event.name}"]) for event in spec.events
    }
    return Contract(
        name=spec.protocol,
        root=spec.union,
        events=events,
        types={name: read[name] for name in spec.types},
        open=chosen.opens,
        about=f"spec, {profile} profile",
        enveloped=spec.selector is None,
        marks={name: type_.mark for name, type_ in spec.types.items()},
        absent_is_null=chosen.opens,
        facts=_facts(spec),
    )


def _facts(spec: Spec) -> Facts:
    end, error = spec.end, spec.error
    objects = [type_ for type_ in spec.types.values() if isinstance(type_, ObjectType)]
    return Facts(
        package=spec.package,
        classes={event.name: event.class_name for event in spec.events},
        fields={
            type_.name: {each.wire_name: each.name or each.wire_name for each in type_.fields}
            for type_ in objects
        },
        selector=spec.selector,
        end=None if end is None else (end.event, end.data),
        error=None if error is None else (error.event, error.text_as, error.wrapped_in),
        ends={event.name: frozenset(event.ends) for event in spec.events},
    )


def _known(type_: NamedType, profile: Profile) -> Schema | None:
    """What a spec says of an enum or a union; None for other types."""
    is_open = profile.opens and getattr(type_, "open", False)
    match type_:
        case EnumType():
            return Schema((String(profile.values(type_), is_open),))
        case UnionType():
            variants: list[Part] = [Ref(name) for name in profile.variants(type_)]
            return Schema((*variants, *([OtherObjects(type_.tag)] if is_open else [])))
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Definitions:
    """Schemas under `$defs`, as a source to read from."""

    definitions: Mapping[str, Any]
    types: Mapping[str, NamedType]
    prefix: str = PREFIX

    def names(self) -> Iterable[str]:
        """The names of all schemas."""
        return self.definitions.keys()

    def data(self, name: str) -> tuple[Any, list[Finding]]:
        """The schema of that name."""
        return self.definitions[name], []

    def mark(self, name: str, steps: Steps) -> Mark:
        """Where the type of that name stands."""
        del steps
        return self.types[name].mark if name in self.types else Mark(name, 1, 1)
