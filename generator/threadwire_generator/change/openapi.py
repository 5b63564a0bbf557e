"""An OpenAPI document (3.0, 3.1; YAML or JSON) as a contract: what its root schema leads to.

The root is the union of all events: objects with the event's name in one member, and mostly with
`data` in another.  What is wrong is a finding at its place; nothing that a document holds raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from threadwire_generator.change.contract import (
    Contract,
    EventShape,
    Object,
    Ref,
    Schema,
)
from threadwire_generator.change.json_schema import read_types
from threadwire_generator.change.keywords import is_mapping
from threadwire_generator.change.outline import Outline, UnreadableError, read_outline
from threadwire_generator.change.variants import choices, common_tag
from threadwire_generator.findings import (
    Finding,
    did_you_mean,
    finding_at,
    listed,
    show,
    sorted_findings,
)
from threadwire_generator.spec import Mark

NAME, DATA = "event", "data"  # the members of the objects around the data, where there are such


def read_openapi(
    content: bytes, name: str, root: str | None = None, likely_root: str | None = None
) -> tuple[Contract | None, list[Finding]]:
    """The contract of a document, and all findings; None when one of these is an error.

    `name` is what a person called the document.  Without `root` the likely one is taken if it is
    there, or else the one schema that is a union of objects with `event` and `data`.
    """
    try:
        outline = read_outline(content, name)
        version = _version(outline)
        known = set(outline.names())
        likely = likely_root if likely_root in known else None
        found = root or likely or _only_root(outline)
        if found not in known:
            message = f"the document has no schema {show(found)}"
            cure = did_you_mean(found, known, "name another: --root NAME")
            raise UnreadableError(Mark(name, 1, 1), "root", message, cure)
    except UnreadableError as error:
        return None, [error.finding]
    old = not version.startswith("3.0")
    types, findings = read_types(outline, [found], nullable_is_old=old)
    contract = contract_of(types, found, name, f"OpenAPI {version}")
    if not contract.events and not any(finding.is_error for finding in findings):
        message = f"{show(found)} is no union of events"
        cure = "name the schema that is one: --root NAME"
        findings.append(finding_at(outline.mark(found), "openapi/root", message, cure))
    if any(finding.is_error for finding in findings):
        return None, sorted_findings(findings)
    marks = {each: outline.mark(each.split("/")[0]) for each in (found, *contract.types)}
    return replace(contract, marks=marks), sorted_findings(findings)


def contract_of(types: Mapping[str, Schema], root: str, name: str, about: str) -> Contract:
    """The contract whose events are the alternatives of the type `root`."""
    events, enveloped = _events(types, root)
    led_to = Contract(name, root, events, types).reachable()
    kept = {each: types[each] for each in led_to}
    return Contract(name, root, events, kept, about=about, enveloped=enveloped)


def _events(types: Mapping[str, Schema], root: str) -> tuple[dict[str, EventShape], bool]:
    """The events among the alternatives of a type, and whether their data stands in a member."""
    contract = Contract("", root, {}, types)
    alternatives = contract.alternatives(Schema((Ref(root),)))
    objects = [(part, name) for part, name in alternatives if isinstance(part, Object)]
    known = [choices(part, contract) for part, _ in objects]
    enveloped = bool(objects) and all(part.member(DATA) for part, _ in objects)
    enveloped = enveloped and all(NAME in each for each in known)
    tag = NAME if enveloped else common_tag(known)
    events: dict[str, EventShape] = {}
    for (part, within), each in zip(objects, known, strict=True):
        whole = Schema((part if within is None or within == root else Ref(within),))
        for value in each[tag].values if tag is not None else ():
            events[value] = _event(value, part, whole, enveloped=enveloped)
    return events, enveloped


def _event(value: str, part: Object, whole: Schema, *, enveloped: bool) -> EventShape:
    data = part.member(DATA)
    if not enveloped or data is None:
        return EventShape(value, whole)
    beside = tuple(each for each in part.members if each.name not in (NAME, DATA))
    return EventShape(value, data.schema, data.required, beside)


# --- what the document is -------------------------------------------------------------------------


def _version(outline: Outline) -> str:
    """The version of OpenAPI that a document is written in; raises `UnreadableError`."""
    stated = outline.top.get("openapi")
    version = str(stated)
    place = Mark(outline.file, 1, 1)
    if "swagger" in outline.top:
        message = f"this is an OpenAPI {outline.top['swagger']} document, which is not read"
        raise UnreadableError(place, "version", message, "convert it to OpenAPI 3 first")
    if stated is None:
        message = "this is no OpenAPI document: it has no `openapi` on top"
        cure = "name a document with `openapi: 3.0.x` or `3.1.x`, in YAML or JSON"
        raise UnreadableError(place, "document", message, cure)
    if not version.startswith(("3.0", "3.1")):
        message = f"this is OpenAPI {show(version)}; 3.0 and 3.1 are read"
        raise UnreadableError(place, "version", message, "convert it to OpenAPI 3.0 or 3.1 first")
    if not outline.names():
        message = "the document has no schemas under `components`"
        raise UnreadableError(place, "document", message, "name the document that has them")
    return version


def _only_root(outline: Outline) -> str:
    """The one schema that is a union of objects with `event` and `data`, and in no other such."""
    unions = [name for name in outline.names() if _is_union(outline, name)]
    types, _ = read_types(outline, unions)
    fitting: dict[str, list[str]] = {}
    tagged: list[str] = []  # unions whose events, if they are any, are named in their data
    for name in unions:
        events, enveloped = _events(types, name)
        if events and not enveloped:
            tagged.append(name)
        elif events:
            fitting[name] = [part.name for part in types[name].parts if isinstance(part, Ref)]
    inner = set[str]().union(*fitting.values())
    outermost = [name for name in fitting if name not in inner]
    if len(outermost) == 1:
        return outermost[0]
    if outermost:
        message = f"several schemas are unions of events: {listed(outermost)}"
        cure = f"name one: --root {outermost[0]}"
    elif tagged:
        message = (
            f"no schema is a union of objects with `event` and `data`; {listed(tagged[:3])} "
            "would have the names of events in their data"
        )
        cure = f"such a stream cannot be drafted, but compared: diff --root {tagged[0]}"
    else:
        message = "no schema is a union of objects with `event` and `data`"
        cure = "name the schema of the whole stream: --root NAME"
    raise UnreadableError(Mark(outline.file, 1, 1), "root", message, cure)


def _is_union(outline: Outline, name: str) -> bool:
    text = outline.source_text(name)
    if "oneOf" not in text and "anyOf" not in text:
        return False
    data, _ = outline.data(name)
    return is_mapping(data) and not {"oneOf", "anyOf"}.isdisjoint(data)
