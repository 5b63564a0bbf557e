"""What the two sides of a comparison are: the effects of `diff`.

A side is a folder with a spec, an OpenAPI document, `sdk:DISTRIBUTION`, or a git revision, at which
the project's own spec is read.  What is there as a file or a folder is never taken for a revision.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from threadwire_generator.build import read_spec, read_spec_files
from threadwire_generator.change.base import Base, BaseError, read_base
from threadwire_generator.change.contract import Contract
from threadwire_generator.change.of_sdk import SdkError, blurred, contract_of_sdk
from threadwire_generator.change.of_spec import ProfileName, contract_of_spec
from threadwire_generator.change.openapi import read_openapi
from threadwire_generator.change.outline import MAX_BYTES
from threadwire_generator.findings import Finding, finding_at
from threadwire_generator.load import load_document
from threadwire_generator.request import only_protocol
from threadwire_generator.resources import ResourceError, schema_root
from threadwire_generator.shape import check_shape
from threadwire_generator.spec import Mark, Source, Spec

SDK = "sdk:"
PROTOCOL_FILE = "protocol.yaml"
DOCUMENTS = (".yaml", ".yml", ".json")

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

Kind: TypeAlias = Literal["spec", "revision", "document", "sdk"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side as it was asked for."""

    text: str
    kind: Kind
    path: Path = field(default_factory=Path)

    @property
    def is_spec(self) -> bool:
        """Whether it is a spec, with two views of it."""
        return self.kind in ("spec", "revision")


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides read: their contracts, None if one cannot be read, and all findings."""

    contracts: tuple[Contract, Contract] | None
    findings: list[Finding]
    note: str = ""  # what is not compared


class _SideError(Exception):
    """A side cannot be read."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__()
        self.findings = findings


def _failed(text: str, message: str, cure: str) -> _SideError:
    return _SideError([finding_at(Mark(text, 1, 1), "diff/side", message, cure)])


def read_sides(
    old: str,
    new: str,
    *,
    schema: Path | None,
    package: str | None = None,
    root: str | None = None,
    profile: ProfileName | None = None,
) -> Sides:
    """The contracts of both sides.

    `schema` is the folder of the project's own spec, if it has one, and `package` what it is called
    there instead of as the spec says; `root` the schema of the whole stream in a document.  Without
    `profile` two specs are compared as the wire has them, and a spec with anything else as the
    document has it.
    """
    findings: list[Finding] = []
    try:
        sides = [_side(text) for text in (old, new)]
        view = profile or ("wire" if all(side.is_spec for side in sides) else "documented")
        specs = [_spec(side, schema, package) if side.is_spec else None for side in sides]
        known = [spec.source for spec in specs if spec is not None and spec.source is not None]
        known += _stated(schema)
        contracts: list[Contract] = []
        for side, spec in zip(sides, specs, strict=True):
            if spec is not None:
                contracts.append(contract_of_spec(spec, view).named(side.text))
            elif side.kind == "sdk":
                contracts.append(_sdk(side, known))
            else:
                contracts.append(_document(side, root, known, findings))
    except _SideError as error:
        return Sides(None, [*findings, *error.findings])
    one, other = contracts
    if "sdk" in {side.kind for side in sides}:
        note = "not compared: limits, formats, absent or null, of which an SDK's types say nothing"
        return Sides((blurred(one), blurred(other)), findings, note)
    return Sides((one, other), findings)


def _side(text: str) -> Side:
    path = Path(text)
    if text == SDK:
        raise _failed(text, "no distribution is named", f"name one: {SDK}openai")
    if text.startswith(SDK):
        return Side(text, "sdk")
    if text == "-":
        message = "a side is not read from the standard input"
        raise _failed(text, message, "save it into a file first, and name that")
    if _URL.match(text):
        message = "a side is not downloaded"
        raise _failed(text, message, "download it first, and name the file")
    if path.is_dir():
        folder = path if (path / PROTOCOL_FILE).is_file() else only_protocol(path)
        if folder is None:
            message = f"this folder holds no {PROTOCOL_FILE}, nor does one folder in it"
            raise _failed(text, message, "name the folder of a spec, or a document")
        return Side(text, "spec", folder)
    if path.exists():
        return Side(text, "document", path)
    if path.suffix in DOCUMENTS or text.startswith((".", "/", "~")):
        raise _failed(text, "there is no such file or folder", _SIDE_CURE)
    return Side(text, "revision")


def _spec(side: Side, schema: Path | None, package: str | None) -> Spec:
    """The spec of a side; its warnings are for `check` to tell."""
    if side.kind == "spec":
        spec, findings = read_spec(side.path)
        is_own = schema is not None and side.path.resolve() == schema.resolve()
        package = package if is_own else None
    else:
        base, place = _at_revision(side, schema)
        spec, findings = read_spec_files(base.files, place)
        package = base.package
    if spec is None:
        raise _SideError(findings)
    return replace(spec, package=package or spec.package)


def _at_revision(side: Side, schema: Path | None) -> tuple[Base, Path]:
    if schema is None:
        message = "taken for a git revision, but there is no schema/ here whose past it could be"
        raise _failed(side.text, message, f"{_SIDE_CURE}; or --schema DIR")
    try:
        base = read_base(schema, side.text)
    except BaseError as error:
        said = str(error).removeprefix(f"--against {side.text}: ").replace("--against", "it")
        reason, _, cure = said.partition(" — ")
        message = f"there is no such file or folder, and {reason}"
        raise _failed(side.text, message, cure or _SIDE_CURE) from error
    if not base.files:
        raise _failed(side.text, base.note, "name a revision that has it")
    return base, Path(f"{side.text}:{schema.as_posix()}")


def _document(
    side: Side, root: str | None, known: list[Source], findings: list[Finding]
) -> Contract:
    with side.path.open("rb") as stream:  # what cannot be read is told by the command line
        content = stream.read(MAX_BYTES + 1)
    likely = known[0].root if known else None
    contract, found = read_openapi(content, side.text, root, likely)
    if contract is None:
        raise _SideError(found)
    findings += found
    return contract


def _sdk(side: Side, known: list[Source]) -> Contract:
    places: dict[str, str] = {}
    for source in [*known, *_bundled()]:
        places = {**source.sdk, **places}
    try:
        return contract_of_sdk(side.text.removeprefix(SDK), places)
    except SdkError as error:
        message, _, cure = str(error).partition("; ")
        raise _failed(side.text, message, cure or _SIDE_CURE) from error


def _stated(folder: Path | None) -> list[Source]:
    """What the spec in a folder says of its official document; nothing if it cannot be read."""
    if folder is None or not (folder / PROTOCOL_FILE).is_file():
        return []
    document, _ = load_document((folder / PROTOCOL_FILE).read_bytes(), folder / PROTOCOL_FILE)
    if document is None or check_shape(document):
        return []
    data: Any = document.data
    return [Source(**data["source"])] if "source" in data else []


def _bundled() -> list[Source]:
    """The same of the specs that came with this installation."""
    with contextlib.suppress(ResourceError):
        files = sorted(schema_root().glob(f"*/{PROTOCOL_FILE}"))
        return [source for file in files for source in _stated(file.parent)]
    return []


_SIDE_CURE = "name a spec folder, a git revision, an OpenAPI document, or sdk:DISTRIBUTION"
