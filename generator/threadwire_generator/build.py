"""From checked documents to a `Spec`.

`read_spec` is the whole road: load, shape, build, lint.  Each stage runs only when the one before
found nothing, so that one mistake does not show as ten; within a stage everything is found at once.

`build` takes documents whose shape is in order and never raises for them.  It decides nothing about
sense: references may lead nowhere and names may be taken twice (the first one stays), so that the
lint rules have a value to look at.  Strings are carried as data; nothing here makes code of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from threadwire_generator import lint, shape
from threadwire_generator.findings import Finding, sorted_findings
from threadwire_generator.load import Document, as_list, load_files, missing_files, read_files
from threadwire_generator.spec import (
    AliasType,
    Anything,
    Const,
    Documented,
    Edge,
    EndEvent,
    EnumType,
    ErrorShape,
    Event,
    Field,
    LifeCycle,
    ListOf,
    MapOf,
    MixedType,
    NamedType,
    ObjectType,
    OrderItem,
    Part,
    Ref,
    Rule,
    Scalar,
    Shape,
    Source,
    Spec,
    StreamOrder,
    UnionType,
)


def read_spec(folder: Path) -> tuple[Spec | None, list[Finding]]:
    """The protocol in a folder, and all findings; None when one of these is an error."""
    files, findings = read_files(folder)
    return _read(files, folder, findings)


def read_spec_files(
    files: Mapping[str, bytes], folder: Path = Path()
) -> tuple[Spec | None, list[Finding]]:
    """The same from the bytes of files, by name, that need not lie in a folder."""
    return _read(files, folder, [])


def _read(
    files: Mapping[str, bytes], folder: Path, findings: list[Finding]
) -> tuple[Spec | None, list[Finding]]:
    documents, more = load_files(files, folder)
    findings = [*findings, *more]
    if not any(Path(finding.file) in (folder, folder / "protocol.yaml") for finding in findings):
        findings += missing_files(files, folder)  # nothing says yet why it is not there
    for document in documents:
        findings += shape.check_shape(document)
    if findings:
        return None, sorted_findings(findings)
    spec = build(documents)
    findings = lint.lint(spec, documents)
    return (None if any(f.is_error for f in findings) else spec), sorted_findings(findings)


def build(documents: Iterable[Document]) -> Spec:
    """The value of documents without findings of load and shape, `protocol.yaml` among them."""
    by_kind: dict[str, list[Document]] = {}
    for document in documents:
        by_kind.setdefault(shape.kind_of(document.name), []).append(document)
    protocol = by_kind["protocol"][0]
    data: Any = protocol.data
    life: Any = by_kind["lifecycle"][0].data if "lifecycle" in by_kind else {}
    parts: Any = life.get("parts", {})
    return Spec(
        protocol=data["protocol"],
        title=data["title"],
        package=data["package"],
        union=data["union"],
        description=data.get("description", ""),
        source=Source(**data["source"]) if "source" in data else None,
        selector=data["selector"].get("member"),
        end=None if data["end"] == "eof" else EndEvent(**data["end"]),
        error=ErrorShape(**data["error"]) if "error" in data else None,
        events=tuple(_event(protocol, name, event) for name, event in data["events"].items()),
        types=_types(by_kind.get("types", [])),
        lifecycles=tuple(_lifecycle(*item) for item in life.get("objects", {}).items()),
        streams=tuple(_stream(*item) for item in life.get("streams", {}).items()),
        parts={name: _part(name, part, parts) for name, part in parts.items()},
        rules={rule.id: rule for document in by_kind.get("rules", []) for rule in _rules(document)},
        digest=_digest([document for kind in _SOURCES for document in by_kind.get(kind, [])]),
    )


_SOURCES = ("protocol", "types", "lifecycle")  # the kinds of files that a spec is built from


def _digest(documents: Iterable[Document]) -> str:
    """The SHA-256 of names and lines; how a checkout ends its lines makes no difference."""
    digest = hashlib.sha256()
    for document in sorted(documents, key=lambda document: document.name):
        content = document.content.replace(b"\r\n", b"\n")
        digest.update(f"{document.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


# --- types ----------------------------------------------------------------------------------------


def _types(documents: Iterable[Document]) -> dict[str, NamedType]:
    types: dict[str, NamedType] = {}
    for document in documents:
        data: Any = document.data
        for name, body in data.items():
            types.setdefault(name, _type(document, name, body))
    return types


def _type(document: Document, name: str, body: Mapping[str, Any]) -> NamedType:
    common: dict[str, Any] = {
        "name": name,
        "file": document.stem,
        "description": body.get("description", ""),
        "mark": document.mark((name,), key=True),
        "evidence": tuple(body.get("evidence", ())),
    }
    if "properties" in body:
        required = frozenset(body.get("required", ()))
        return ObjectType(
            **common,
            fields=tuple(
                _field(document, name, wire_name, schema, wire_name in required)
                for wire_name, schema in body["properties"].items()
            ),
            delta_of=body.get("delta_of"),
            documented_required=tuple(body.get("documented", {}).get("required", ())),
        )
    if "oneOf" in body:
        return UnionType(
            **common,
            tag=body["tag"],
            variants=tuple(variant["$ref"] for variant in body["oneOf"]),
            open=body.get("open", False),
            documented_variants=_documented_variants(body.get("documented")),
        )
    if "anyOf" in body:
        return MixedType(**common, members=tuple(_shape(member) for member in body["anyOf"]))
    if "enum" in body:
        documented = body.get("documented")
        return EnumType(
            **common,
            values=tuple(body["enum"]),
            open=body.get("open", False),
            documented_values=None if documented is None else tuple(documented["enum"]),
        )
    return AliasType(**common, shape=_shape(body))


def _documented_variants(documented: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    return None if documented is None else tuple(v["$ref"] for v in documented["oneOf"])


def _field(
    document: Document, type_name: str, wire_name: str, schema: Mapping[str, Any], required: bool
) -> Field:
    value = schema["anyOf"][0] if "anyOf" in schema else schema
    stated = schema.get("type")
    return Field(
        wire_name=wire_name,
        shape=_shape(value),
        nullable="anyOf" in schema or (isinstance(stated, list) and "null" in stated),
        required=required,
        description=schema.get("description", ""),
        mark=document.mark((type_name, "properties", wire_name), key=True),
        name=schema.get("name"),
        unit=schema.get("unit"),
        merge=schema.get("merge"),
        documented=_documented(schema.get("documented")),
        evidence=tuple(schema.get("evidence", ())),
    )


def _documented(stated: Any) -> Documented | None:
    if stated is None:
        return None
    return Documented(known=False) if stated is False else Documented(keywords=stated)


def _shape(schema: Mapping[str, Any]) -> Shape:
    if "$ref" in schema:
        return Ref(schema["$ref"])
    if "const" in schema:
        return Const(schema["const"])
    stated = schema.get("type")
    if stated is None:
        return Anything()
    names = [name for name in as_list(stated) if name != "null"]
    if names == ["array"]:
        return ListOf(_shape(schema["items"]))
    if names == ["object"]:
        values = schema["additionalProperties"]
        return MapOf(Anything() if values is True else _shape(values))
    return Scalar(tuple(names), schema.get("format"))


# --- rules ----------------------------------------------------------------------------------------


def _rules(document: Document) -> Iterator[Rule]:
    data: Any = document.data
    for rule_id, body in data["rules"].items():
        yield Rule(
            id=rule_id,
            level=body["level"],
            text=" ".join(body["text"].split()),
            source=" ".join(body["source"].split()),
            mark=document.mark(("rules", rule_id), key=True),
            excluded=body.get("excluded"),
        )


# --- events and their order -----------------------------------------------------------------------


def _event(document: Document, name: str, body: Mapping[str, Any]) -> Event:
    return Event(
        name=name,
        class_name=body["class"],
        payload=body.get("payload"),
        when=body.get("when", ""),
        mark=document.mark(("events", name), key=True),
        status=body.get("status"),
        ends=tuple(body.get("ends", ())),
    )


def _lifecycle(name: str, body: Mapping[str, Any]) -> LifeCycle:
    edges = (
        Edge(
            start=edge.get("from"),
            to=edge["to"],
            event=edge.get("event"),
            evidence=edge.get("evidence", "inferred"),
            when=edge.get("when", ""),
        )
        for edge in body["edges"]
    )
    return LifeCycle(
        name=name,
        payload=body["payload"],
        member=body["member"],
        initial=body["initial"],
        terminal=tuple(body["terminal"]),
        edges=tuple(edges),
    )


def _stream(name: str, body: Mapping[str, Any]) -> StreamOrder:
    return StreamOrder(
        name=name,
        request=body["request"],
        evidence=body.get("evidence", "inferred"),
        order=tuple(_order_item(item) for item in body["order"]),
    )


def _part(name: str, body: Mapping[str, Any], parts: Mapping[str, Any]) -> Part:
    return Part(
        name=name,
        evidence=body.get("evidence", "inferred"),
        order=tuple(_order_item(item) for item in body.get("order", ())),
        one_of=tuple(_choice(item, parts) for item in body.get("one_of", ())),
    )


def _order_item(item: str | Mapping[str, Any]) -> OrderItem:
    if isinstance(item, str):
        return OrderItem("event", item)
    kind: Literal["event", "part"] = "part" if "part" in item else "event"
    return OrderItem(kind, item[kind], item.get("repeat", False), item.get("optional", False))


def _choice(name: str, parts: Mapping[str, Any]) -> OrderItem:
    """An item of `one_of`: a part where one has this name, else an event."""
    return OrderItem("part" if name in parts else "event", name)
