"""The installed official Python SDK as a contract: its event union, through pydantic's JSON Schema.

Its types know neither limits nor formats, and no difference between absent and null.  `blurred`
makes any contract one that does not either, so that a comparison tells what does differ.

Which type that is, is a fact of the protocol (`source: {sdk: {DISTRIBUTION: module:Name}}`).  Only
a module that the named distribution installed is imported: a spec is data, and must not choose
what runs here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from threadwire_generator.change.contract import (
    Array,
    Contract,
    Member,
    Number,
    Object,
    Part,
    Schema,
    String,
)
from threadwire_generator.change.json_schema import read_types
from threadwire_generator.change.of_spec import PREFIX, Definitions
from threadwire_generator.change.openapi import contract_of

_PLACE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)", re.ASCII)


class SdkError(Exception):
    """The SDK cannot be read; the text says why and what to do."""


def contract_of_sdk(distribution: str, places: Mapping[str, str]) -> Contract:
    """The contract of the installed SDK; raises `SdkError`.

    `places` gives for each distribution the place of its type, `package.module:Name`.
    """
    side = f"sdk:{distribution}"
    try:
        installed = metadata.distribution(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        raise SdkError(f"{side} is not installed here; pip install {distribution}") from None
    place = _PLACE.fullmatch(places.get(distribution, ""))
    if place is None:
        known = ", ".join(f"sdk:{name}" for name in places) or "none"
        raise SdkError(
            f"the spec names no type of {side} (it names: {known}); add to its protocol.yaml: "
            f"source: {{sdk: {{{distribution}: package.module:Name}}}}"
        )
    module, name = place.groups()
    _check_owner(side, module, installed)
    schema = _json_schema(side, module, name)
    definitions = {**schema.pop("$defs", {}), name: schema}
    types, findings = read_types(Definitions(definitions, {}), [name])
    if findings:
        raise SdkError(f"{side}: {findings[0].message}")
    about = f"{installed.metadata['Name']} {installed.version}"
    contract = contract_of(types, name, side, about)
    if not contract.events:
        raise SdkError(f"{side}: {module}:{name} is no union of events")
    return contract


def blurred(contract: Contract) -> Contract:
    """The contract without limits and formats; what may be absent may be null and the reverse."""

    def schema(old: Schema) -> Schema:
        return Schema(tuple(part(each) for each in old.parts))

    def part(old: Part) -> Part:
        match old:
            case Array(items):
                return Array(schema(items))
            case Object(members, rest):
                return Object(tuple(map(member, members)), None if rest is None else schema(rest))
            case Number() | String():
                return replace(old, limits=(), format=None)
            case _:
                return old

    def member(old: Member) -> Member:
        inner = schema(old.schema)
        if old.required and not contract.resolve(old.schema).nullable:
            return replace(old, schema=inner)
        return replace(old, schema=inner.or_null(), required=False)

    events = {
        name: replace(
            event, data=schema(event.data), beside=tuple(member(each) for each in event.beside)
        )
        for name, event in contract.events.items()
    }
    types = {name: schema(each) for name, each in contract.types.items()}
    return replace(contract, events=events, types=types)


def _check_owner(side: str, module: str, installed: metadata.Distribution) -> None:
    """See to it that the module's package is one that the distribution installed."""
    package = module.partition(".")[0]
    found = find_spec(package)  # of a package on top: imports nothing
    origin = found.origin if found is not None else None
    files = {Path(str(installed.locate_file(file))).resolve() for file in installed.files or ()}
    if origin is None or Path(origin).resolve() not in files:
        raise SdkError(f"{side} does not hold the package {package}, which the spec names")


def _json_schema(side: str, module: str, name: str) -> dict[str, Any]:
    from pydantic import TypeAdapter

    try:
        type_: Any = getattr(import_module(module), name)
        schema = TypeAdapter(type_).json_schema(ref_template=PREFIX + "{model}")
    except Exception as error:  # what a foreign module raises is not ours to know
        said = " ".join(str(error).split())
        raise SdkError(f"{side}: {module}:{name} cannot be read: {said}") from error
    package = module.replace(".", "__") + "__"  # namesakes are told apart by their whole module
    shorter: dict[str, Any] = json.loads(json.dumps(schema).replace(package, ""))
    return shorter
