"""Where the kit's own data lies, in a checkout as in an installed wheel.

A wheel carries the suite and the JSON Schema bundles as package data; an editable install does not,
and then the folders of the checkout around this file are used.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
CHECKOUT = HERE.parent.parent


class ResourceError(Exception):
    """A file that comes with threadwire is not there: the installation is incomplete."""


def suite_folder() -> Path:
    """The folder of the suite that came with this installation.

    Raises:
        ResourceError: it is not there.
    """
    return _folder("suite", CHECKOUT / "conformance" / "suite", "suite.json")


def bundle_folder() -> Path:
    """The folder of the JSON Schema bundles, one `PROFILE.schema.json` a profile.

    Raises:
        ResourceError: it is not there.
    """
    return _folder("jsonschema", CHECKOUT / "generated" / "jsonschema", "wire.schema.json")


def adapter_folder() -> Path | None:
    """The folder of the adapters and their templates, if it is a checkout."""
    folder = CHECKOUT / "conformance" / "adapters"
    return folder if folder.is_dir() else None


@cache
def schema(name: str) -> Any:
    """One of the kit's own JSON Schemas, by its name: `adapter-protocol`, `report`.

    The value is shared between callers: read it, do not change it.
    """
    return json.loads((DATA / f"{name}.schema.json").read_text(encoding="utf-8"))


def _folder(packaged: str, checkout: Path, file: str) -> Path:
    for folder in (DATA / packaged, checkout):
        if (folder / file).is_file():
            return folder
    raise ResourceError(f"no {file} in {DATA / packaged} nor in {checkout}")
