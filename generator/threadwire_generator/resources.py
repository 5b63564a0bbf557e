"""Where the generator's own data lies, in a checkout as in an installed wheel.

A wheel carries the `schema/` folder as package data; an editable install does not, and then the
folder of the checkout around this file is used.  What belongs to one target (runtime modules,
templates) lies beside its code and is found in either the same way.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGED_SCHEMA = HERE / "data" / "schema"
CHECKOUT_SCHEMA = HERE.parent.parent / "schema"


class ResourceError(Exception):
    """A file that comes with threadwire is not there: the installation is incomplete."""


def schema_root() -> Path:
    """Give the `schema/` folder that came with this installation.

    Raises `ResourceError` if neither the packaged folder nor a checkout's is there.
    """
    for folder in (PACKAGED_SCHEMA, CHECKOUT_SCHEMA):
        if (folder / "meta").is_dir():
            return folder
    raise ResourceError(f"no schema folder at {PACKAGED_SCHEMA} nor at {CHECKOUT_SCHEMA}")


@cache
def meta_schema(kind: str) -> dict[str, Any]:
    """Read the JSON Schema of one kind of spec file: protocol, types, lifecycle.

    The value is shared between callers: read it, do not change it.
    Raises `ResourceError` if there is no such kind.
    """
    path = schema_root() / "meta" / f"{kind}.schema.json"
    try:
        schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResourceError(f"no meta-schema for {kind!r}: {path} is missing") from None
    return schema


def meta_texts() -> dict[str, str]:
    """The JSON Schemas of all spec files, as text, by file name."""
    paths = sorted((schema_root() / "meta").glob("*.schema.json"))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def protocols() -> list[Path]:
    """The folders of the protocols that came with this installation."""
    return sorted(path.parent for path in schema_root().glob("*/protocol.yaml"))


def change_template(name: str) -> str:
    """Read a template of a file that `threadwire init` writes."""
    return (HERE / "change" / "templates" / f"{name}.jinja").read_text(encoding="utf-8")


def target_folder(target: str) -> Path:
    """Give the folder of a target's code, with its templates and runtime modules."""
    return HERE / "targets" / target


def target_texts(target: str, folder: str, suffix: str) -> dict[str, str]:
    """Read a target's text files, by file name in sorted order, with line ends as LF.

    `target_texts("python", "runtime", ".py")` gives the runtime modules of the target `python`.
    Raises `ResourceError` if there are none.
    """
    place = target_folder(target) / folder
    paths = sorted(place.glob(f"*{suffix}"))
    if not paths:
        raise ResourceError(f"no {suffix} files in {place}")
    return {path.name: path.read_text(encoding="utf-8") for path in paths}
