"""The facts of the spec against where they came from: the official document, and real streams.

Both are other people's data, read from the folder that `THREADWIRE_SHARED` names.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support.recordings import ABSENT, folder, streams
from threadwire_generator.build import read_spec
from threadwire_generator.spec import ListOf, ObjectType, Ref, Spec, UnionType

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(folder() is None, reason=ABSENT)


@cache
def spec() -> Spec:
    found, findings = read_spec(ROOT / "schema" / "assistants")
    assert found is not None, findings
    return found


def frames(path: Path) -> Iterator[tuple[str, Any]]:
    """Names and payloads of a recording, read in the plainest way: these have one data line."""
    name = ""
    for line in path.read_bytes().split(b"\n"):
        if line.startswith(b"event: "):
            name = line[7:].decode()
        elif line.startswith(b"data: ") and name != "done":
            yield name, json.loads(line[6:])


def recordings() -> list[Path]:
    return streams("rec_", "az_")


def beside_recordings(name: str) -> Path:
    where = folder()
    assert where is not None
    return where.parent / name


def test_there_are_recordings() -> None:
    assert recordings()


# --- the documented profile -----------------------------------------------------------------------


@cache
def official() -> dict[str, Draft202012Validator]:
    """A validator an event, out of the newest state of the official document."""
    newest = max(beside_recordings("api-history").glob("[0-9]*.yaml"))
    document = yaml.load(newest.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    schemas = _with_null(document["components"]["schemas"])
    validators = {}
    for group in schemas["AssistantStreamEvent"]["oneOf"]:
        branch = schemas[group["$ref"].rsplit("/", 1)[1]]
        for event in branch.get("oneOf", [branch]):
            (name,) = event["properties"]["event"]["enum"]
            data = event["properties"]["data"] | {"components": {"schemas": schemas}}
            validators[name] = Draft202012Validator(data)
    return validators


def _with_null(node: Any) -> Any:
    """`nullable: true` as it was meant; the document states it in a notation without effect."""
    if isinstance(node, list):
        return [_with_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: _with_null(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is True and len(node) > 1:
        return {"anyOf": [plain, {"type": "null"}]}
    parts = plain.get("allOf", [])
    if {} in parts:  # what is left of `allOf: [X, {nullable: true}]`
        return {"anyOf": [parts[0], {"type": "null"}]}
    return plain


@cache
def documented() -> dict[str, Draft202012Validator]:
    path = ROOT / "generated" / "jsonschema" / "documented.schema.json"
    bundle = json.loads(path.read_text(encoding="utf-8"))
    return {
        event.name: Draft202012Validator(
            {"$ref": f"#/$defs/event:{event.name}", "$defs": bundle["$defs"]}
        )
        for event in spec().events
    }


def variations(value: Any) -> Iterator[Any]:
    """The value with one member left out, or of another type, at every place."""
    others: list[Any] = [None, "other", 7, 1.5, True, [], {}]

    def places(node: Any) -> Iterator[tuple[Any, Any]]:
        if isinstance(node, dict):
            for key in node:
                yield node, key
                yield from places(node[key])
        elif isinstance(node, list):
            for index in range(min(len(node), 2)):
                yield node, index
                yield from places(node[index])

    yield value
    whole = copy.deepcopy(value)
    for parent, key in list(places(whole)):
        kept = parent[key]
        for other in others:
            parent[key] = other
            yield whole
        parent[key] = kept
        if isinstance(parent, dict):
            del parent[key]
            yield whole
            parent[key] = kept


def shape(value: Any) -> Any:
    """What two payloads of the same kind have in common: names, types, words."""
    if isinstance(value, dict):
        return tuple(sorted((key, shape(member)) for key, member in value.items()))
    if isinstance(value, list):
        return ("list", *sorted({repr(shape(item)) for item in value}))
    return value if isinstance(value, bool) or value is None else type(value).__name__


@cache
def distinct() -> list[tuple[str, Any]]:
    """One payload of each shape in the recordings."""
    found: dict[Any, tuple[str, Any]] = {}
    for path in recordings():
        for name, payload in frames(path):
            found.setdefault((name, repr(shape(payload))), (name, payload))
    return list(found.values())


def test_the_documented_profile_judges_as_the_official_document_does() -> None:
    """As it is, and once mended so that one thing at a time is wrong with it."""
    judged = 0
    for name, payload in distinct():
        ours, theirs = documented()[name], official()[name]
        assert ours.is_valid(payload) == theirs.is_valid(payload), name
        mended = mend(payload)
        if not theirs.is_valid(mended):
            continue
        for variation in variations(mended):
            judged += 1
            assert ours.is_valid(variation) == theirs.is_valid(variation), (name, variation)
    assert judged > 5_000


def mend(payload: Any) -> Any:
    """The payload with what the document requires and real streams leave out."""
    usual = {
        "expired_at": None,
        "metadata": {},
        "attachments": [],
        "parallel_tool_calls": True,
        "incomplete_details": None,
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "tool_choice": "auto",
        "response_format": "auto",
        "required_action": None,
        "usage": None,
    }
    if payload.get("object") not in ("thread.run", "thread.run.step", "thread.message"):
        return payload
    mended = usual | copy.deepcopy(payload)
    if mended.get("instructions", "") is None:
        mended["instructions"] = "be kind"
    return mended


# --- how deltas add up ----------------------------------------------------------------------------


class Items(dict[int, dict[str, Any]]):
    """A list whose items are told apart by their `index`."""


def add(named: str, held: dict[str, Any], piece: dict[str, Any]) -> None:
    """Add a delta to what is held, by what the spec says of each member, and by nothing else."""
    kind = spec().types[named]
    if isinstance(kind, UnionType):
        tag = piece.get(kind.tag, held.get(kind.tag))
        (named,) = [
            name
            for name in kind.variants
            for field in fields(name)
            if field.wire_name == kind.tag and getattr(field.shape, "value", None) == tag
        ]
    rules = {field.wire_name: field for field in fields(named)}
    for name, value in piece.items():
        field = rules[name]
        if field.merge == "concatenate" and isinstance(held.get(name), str):
            held[name] += value
        elif field.merge == "members" and isinstance(field.shape, Ref) and value is not None:
            add(field.shape.name, held.setdefault(name, {}), value)
        elif field.merge == "by-index" and isinstance(field.shape, ListOf):
            items = held.setdefault(name, Items())
            for item in value:
                assert isinstance(field.shape.items, Ref)
                add(field.shape.items.name, items.setdefault(item["index"], {}), item)
        else:
            held[name] = copy.deepcopy(value)


def fields(named: str) -> tuple[Any, ...]:
    kind = spec().types[named]
    assert isinstance(kind, ObjectType)
    return kind.fields


def whole(held: Any) -> Any:
    """What was held by index, as the list that it stands for."""
    if not isinstance(held, dict):
        return held
    if isinstance(held, Items):
        return [whole(held[index]) for index in sorted(held)]
    return {key: whole(value) for key, value in held.items() if key != "index"}


def missing(sums: Any, final: Any) -> bool:
    """Whether something was added up that the finished object has otherwise."""
    if isinstance(sums, dict):
        return not isinstance(final, dict) or any(
            missing(value, final.get(key))
            for key, value in sums.items()
            if key not in ("quote", "output", "results", "outputs")  # told whole at the end only
        )
    if isinstance(sums, list):
        return not isinstance(final, list) or any(map(missing, sums, final))
    return bool(sums != final)


@pytest.mark.parametrize("path", recordings(), ids=lambda path: path.stem)
def test_deltas_add_up_to_the_finished_object(path: Path) -> None:
    pieces = {event.name: event.payload for event in spec().events if event.name.endswith("delta")}
    held: dict[str, dict[str, Any]] = {}
    compared = 0
    for name, payload in frames(path):
        if name in pieces:
            add(pieces[name] or "", held.setdefault(payload["id"], {}), payload)
        elif name.rsplit(".", 1)[1] in ("completed", "incomplete") and payload["id"] in held:
            sums = whole(held[payload["id"]])["delta"]
            compared += 1
            assert not missing(sums, payload), (sums, payload)
    assert compared or held.keys() == left_open(path)


def left_open(path: Path) -> set[str]:
    """The steps that a stream leaves open: their run waits for the client."""
    last = [payload for name, payload in frames(path) if name == "thread.run.requires_action"]
    steps = {
        payload["id"] for name, payload in frames(path) if name == "thread.run.step.in_progress"
    }
    return steps if last else set()
