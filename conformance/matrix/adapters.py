"""What people wrote of an adapter: its adapter.yaml, checked, and the README beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator, ValidationError

FILE = "adapter.yaml"
SCHEMA = Path(__file__).with_name("adapter.schema.json")
_HEADING = re.compile(r"^## Checked by hand\s*$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


class AdapterFileError(Exception):
    """An adapter.yaml that cannot be used; the message says which, where in it, and why."""


@dataclass(frozen=True)
class Adapter:
    """One adapter.

    Attributes:
        build: the command that builds it, empty if nothing is to be built.
        checked: how its red cells were checked by hand, a paragraph or a point of a list each.
    """

    name: str
    implementation: str
    language: str
    version: str
    toolchain: tuple[str, ...]
    build: tuple[str, ...]
    run: tuple[str, ...]
    transport: str
    features: tuple[str, ...]
    notes: tuple[str, ...]
    folder: Path
    checked: tuple[str, ...] = ()
    homepage: str = ""


def load_adapters(folder: Path) -> tuple[list[Adapter], list[str]]:
    """The adapters below a folder, by name, and what is wrong with files that are none."""
    found: list[Adapter] = []
    wrong: list[str] = []
    for file in sorted(folder.glob(f"*/{FILE}")):
        try:
            found.append(load_adapter(file))
        except AdapterFileError as error:
            wrong.append(str(error))
    return found, wrong


def load_adapter(file: Path) -> Adapter:
    """Read an adapter.yaml.

    Raises:
        AdapterFileError: it is none.
    """
    place = f"{file.parent.name}/{file.name}"
    try:
        # Without the types of YAML: a version is text, whatever it looks like.
        value: Any = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise AdapterFileError(f"{place}: {' '.join(str(error).split())}") from None
    errors: Iterable[ValidationError] = cast(Any, _validator()).iter_errors(value)
    for wrong in errors:
        raise AdapterFileError(f"{place}: {wrong.json_path}: {wrong.message}")
    if value["name"] != file.parent.name:
        raise AdapterFileError(f"{place}: $.name: it is not {file.parent.name!r}, its folder")
    return Adapter(
        name=value["name"],
        implementation=value["implementation"],
        language=value["language"],
        version=value["version"],
        toolchain=tuple(value["toolchain"]),
        build=tuple(value.get("build", ())),
        run=tuple(value["run"]),
        transport=value["transport"],
        features=tuple(value["features"]),
        notes=tuple(value["notes"]),
        folder=file.parent,
        checked=checked_by_hand(file.parent),
        homepage=value.get("homepage", ""),
    )


def checked_by_hand(folder: Path) -> tuple[str, ...]:
    """The points of the list "Checked by hand" of the README in a folder."""
    try:
        text = (folder / "README.md").read_text(encoding="utf-8")
    except OSError:
        return ()
    found = _HEADING.search(text)
    return tuple(_points(found[1].splitlines())) if found else ()


def _points(lines: Iterable[str]) -> Iterable[str]:
    point: list[str] = []
    for line in [*lines, ""]:
        begins = re.match(r"[-*] ", line)
        if (begins or not line.strip()) and point:
            yield " ".join(point)
            point = []
        if line.strip():
            point.append(line[2:].strip() if begins else line.strip())


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
