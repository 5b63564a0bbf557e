"""Small OpenAPI documents, made of schemas, and what differs between two of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Change, Contract, Difference
from threadwire_generator.change.openapi import read_openapi

Schemas = Mapping[str, Any]


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def event(name: str, data: Any, **beside: Any) -> dict[str, Any]:
    """One alternative of the root: an event with its data."""
    properties = {"event": {"type": "string", "enum": [name]}, "data": data, **beside}
    return {"type": "object", "properties": properties, "required": ["event", "data"]}


def document(schemas: Schemas, version: str = "3.1.0") -> bytes:
    """A document with these schemas, as JSON."""
    top = {"openapi": version, "info": {"title": "a stream", "version": "1"}, "paths": {}}
    return json.dumps({**top, "components": {"schemas": schemas}}).encode()


def stream(data: Any, **schemas: Any) -> dict[str, Any]:
    """The schemas of a stream with one event `noted`, and data of this schema."""
    return {"Stream": {"oneOf": [event("noted", data)]}, **schemas}


def contract(schemas: Schemas, version: str = "3.1.0", root: str = "Stream") -> Contract:
    """The contract of a document with these schemas, which is in order."""
    found, findings = read_openapi(document(schemas, version), "document", root)
    assert found is not None, findings
    return found


def difference(old: Schemas, new: Schemas, version: str = "3.1.0") -> Difference:
    """What differs between two documents."""
    return compare(contract(old, version), contract(new, version))


def changes(old: Schemas, new: Schemas, version: str = "3.1.0") -> list[tuple[str, ...]]:
    """The same as rows: path, kind, detail, decoder, server."""
    return [
        (c.path, c.kind, c.detail, c.decoder, c.server)
        for c in difference(old, new, version).changes
    ]


def classes(found: list[Change] | tuple[Change, ...]) -> tuple[str, str]:
    """The worst that changes do: to decoders, to servers."""
    decoders, servers = ([getattr(c, who) for c in found] for who in ("decoder", "server"))
    worst = ("BREAKING", "lossy", "safe")
    return tuple(next(w for w in worst if w in [*seen, "safe"]) for seen in (decoders, servers))  # type: ignore[return-value]
