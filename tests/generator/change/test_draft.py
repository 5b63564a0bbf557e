"""A spec made of a document: in order, as a person would write it, and nothing in it made up."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.derived import red_cases
from support.documents import contract, document, event, ref, stream
from support.recordings import ABSENT, folder
from threadwire_generator.build import read_spec_files
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Contract
from threadwire_generator.change.document_texts import describer, sentence
from threadwire_generator.change.draft import Draft, draft, drafted
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.change.openapi import read_openapi
from threadwire_generator.findings import Finding, format_finding
from threadwire_generator.plan import plan_all
from threadwire_generator.spec import Source, Spec

TEXT: dict[str, Any] = {"type": "string"}


def data(**properties: Any) -> dict[str, Any]:
    """An object with these members, all of them required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def read(files: dict[str, str]) -> tuple[Spec | None, list[Finding]]:
    return read_spec_files({name: text.encode() for name, text in files.items()})


def spec_of(made: Draft) -> Spec:
    spec, findings = read(dict(made.files))
    errors = [format_finding(finding) for finding in findings if finding.is_error]
    assert spec is not None, errors
    assert {finding.rule for finding in findings} <= {"todo"}
    return spec


def member(schema: Any, **schemas: Any) -> dict[str, Any]:
    """What a draft makes of a member that is not required."""
    note = {"type": "object", "properties": {"value": schema}}
    made = drafted(contract(stream(ref("Note"), Note=note, **schemas)))
    spec_of(made)
    types = yaml.safe_load(made.files["note.yaml"])
    value: dict[str, Any] = types["Note"]["properties"]["value"]
    return value


# --- members --------------------------------------------------------------------------------------

MEMBERS = {
    "a text": (TEXT, {"type": "string", "description": "TODO"}),
    "a number": (
        {"type": "integer", "minimum": 1},
        {"type": "integer", "unit": "TODO", "description": "TODO", "documented": {"minimum": 1}},
    ),
    "a point in time": (
        {"type": "integer", "format": "unixtime"},
        {"type": "integer", "format": "unixtime", "description": "TODO"},
    ),
    "a format of others": (
        {"type": "string", "format": "date-time"},
        {"type": "string", "description": "TODO", "documented": {"format": "date-time"}},
    ),
    "null": (
        {"anyOf": [TEXT, {"type": "null"}]},
        {"type": ["string", "null"], "description": "TODO"},
    ),
    "several plain types": (
        {"type": ["string", "integer", "null"]},
        {"type": ["string", "integer", "null"], "unit": "TODO", "description": "TODO"},
    ),
    "a list": (
        {"type": "array", "items": TEXT, "maxItems": 3},
        {
            "type": "array",
            "items": {"type": "string"},
            "description": "TODO",
            "documented": {"maxItems": 3},
        },
    ),
    "limits of items": (
        {"type": "array", "items": {"type": "string", "maxLength": 9}},
        {
            "type": "array",
            "items": {"type": "string"},
            "description": "TODO",
            "documented": {"items": {"type": "string", "maxLength": 9}},
        },
    ),
    "null in a list": (
        {"type": "array", "items": {"type": ["string", "null"]}},
        {
            "type": "array",
            "items": {},
            "description": "TODO",
            "documented": {"items": {"type": ["string", "null"]}},
            "evidence": ["the official document admits what a spec can only say so"],
        },
    ),
    "a map": (
        {"type": ["object", "null"], "additionalProperties": TEXT},
        {
            "type": ["object", "null"],
            "additionalProperties": {"type": "string"},
            "description": "TODO",
        },
    ),
    "any object": (
        {"type": "object"},
        {"type": "object", "additionalProperties": True, "description": "TODO"},
    ),
    "anything": ({}, {"description": "TODO"}),
    "listed texts": ({"enum": ["a", "b"]}, {"$ref": "NoteValue", "description": "TODO"}),
    "a constant that may be absent": (
        {"const": "a"},
        {"$ref": "NoteValue", "description": "TODO"},
    ),
    "an object or null": (
        {"anyOf": [data(text=TEXT), {"type": "null"}]},
        {"anyOf": [{"$ref": "NoteValue"}, {"type": "null"}], "description": "TODO"},
    ),
    "a name for a plain value": (ref("Flag"), {"type": "boolean", "description": "TODO"}),
    "listed texts and any other": (
        {"anyOf": [TEXT, {"enum": ["a"]}]},
        {
            "$ref": "NoteValue",
            "description": "TODO",
            "documented": {"anyOf": [{"$ref": "NoteValue"}, {"type": "string"}]},
            "evidence": ["the official document admits what a spec can only say so"],
        },
    ),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_becomes_what_a_person_would_write(name: str) -> None:
    schema, expected = MEMBERS[name]
    assert member(schema, Flag={"type": "boolean"}) == expected


@pytest.mark.parametrize("name", MEMBERS)
def test_the_documented_view_of_a_member_is_the_document(name: str) -> None:
    schema, _ = MEMBERS[name]
    schemas = stream(ref("Note"), Note=data(value=schema), Flag={"type": "boolean"})
    made = drafted(contract(schemas))
    found = compare(contract_of_spec(spec_of(made), "documented"), contract(schemas))
    assert [(c.path, c.kind, c.detail) for c in found.changes] == []


def test_a_whole_draft_is_laid_out_as_a_spec_is() -> None:
    part = {"oneOf": [data(type={"const": kind}, **{kind: TEXT}) for kind in ("text", "image")]}
    note = data(id=TEXT, object={"const": "note"}, parts={"type": "array", "items": part})
    piece = {
        "type": "object",
        "properties": {"index": {"type": "integer"}, "text": TEXT},
        "required": ["index"],
    }
    added = data(id=TEXT, delta=data(parts={"type": "array", "items": ref("Piece")}))
    events = [
        event("note.created", ref("NoteObject")),
        event("note.done", ref("NoteObject")),
        event("note.delta", ref("NoteDeltaObject")),
        event("error", data(message=TEXT, code={"type": ["string", "null"]})),
        event("done", {"const": "[DONE]"}),
    ]
    schemas = {"NoteStreamEvent": {"oneOf": events}, "NoteObject": note, "Piece": piece}
    made = drafted(contract(schemas | {"NoteDeltaObject": added}, root="NoteStreamEvent"))
    spec_of(made)
    assert made.files == {
        "protocol.yaml": """\
# yaml-language-server: $schema=../meta/protocol.schema.json

protocol: note
title: Note stream
package: note_events
union: NoteStreamEvent
description: TODO

selector: {in: event}
end: {event: done, data: "[DONE]"}
error: {event: error, text_as: message}

events:
  note.created:
    class: NoteCreated
    payload: NoteObject
    when: TODO
  note.done:
    class: NoteDone
    payload: NoteObject
    when: TODO
  note.delta:
    class: NoteDelta
    payload: NoteDeltaObject
    when: TODO
  error:
    class: Error
    payload: ErrorData
    when: TODO
  done:
    class: Done
    ends: [stream]
    when: TODO
""",
        "error_data.yaml": """\
# yaml-language-server: $schema=../meta/types.schema.json

ErrorData:
  description: TODO
  required: []
  documented: {required: [message, code]}
  properties:
    message: {type: string, description: TODO}
    code: {type: [string, "null"], description: TODO}
""",
        "note.yaml": """\
# yaml-language-server: $schema=../meta/types.schema.json

NoteObject:
  description: TODO
  required: [id, object, parts]
  properties:
    id: {type: string, description: TODO}
    object: {const: note, description: TODO}
    parts: {type: array, items: {$ref: NotePart}, description: TODO}

NotePart:
  description: TODO
  oneOf: [{$ref: NotePartText}, {$ref: NotePartImage}]
  tag: type
  open: true

NotePartText:
  description: TODO
  required: [type, text]
  properties:
    type: {const: text, description: TODO}
    text: {type: string, description: TODO}

NotePartImage:
  description: TODO
  required: [type, image]
  properties:
    type: {const: image, description: TODO}
    image: {type: string, description: TODO}

NoteDeltaObject:
  description: TODO
  delta_of: NoteObject
  required: [id, delta]
  properties:
    id: {type: string, merge: replace, description: TODO}
    delta: {$ref: NoteDeltaDelta, merge: members, description: TODO}

NoteDeltaDelta:
  description: TODO
  required: [parts]
  properties:
    parts: {type: array, items: {$ref: Piece}, merge: by-index, description: TODO}

Piece:
  description: TODO
  required: [index]
  properties:
    index: {type: integer, unit: position, merge: replace, description: TODO}
    text: {type: string, merge: replace, description: TODO}
""",
    }
    assert made.questions == (
        (
            "texts that may come piece by piece (`merge: concatenate`): `NoteDeltaObject.id`, "
            "`Piece.text`"
        ),
    )


# --- names ----------------------------------------------------------------------------------------


def test_names_that_code_cannot_have_get_others() -> None:
    schemas = {
        "Stream": {
            "oneOf": [event("in", ref("chat.completion-chunk")), event("Event", ref("Any"))]
        },
        "chat.completion-chunk": data(**{"class": TEXT, "schema": TEXT, "a-b": TEXT, "a_b": TEXT}),
        "Any": data(ValueError=ref("ValueError"), a={"enum": ["x"]}, unknown=ref("UnknownThing")),
        "ValueError": data(a=TEXT),
        "UnknownThing": data(a=TEXT),
    }
    spec = spec_of(drafted(contract(schemas)))
    assert [each.class_name for each in spec.events] == ["In", "EventEvent"]
    assert {"ChatCompletionChunk", "AnyType", "ValueErrorType", "UnknownThing"} <= set(spec.types)
    chunk: Any = spec.types["ChatCompletionChunk"]
    assert [each.name for each in chunk.fields] == ["class_", "schema_", "a_b_", None]


@pytest.mark.parametrize(
    ("root", "package"),
    [("Stream", "stream_events"), ("HttpStreamEvent", "http_events"), ("Événement", None)],
)
def test_the_package_is_named_after_the_root(root: str, package: str | None) -> None:
    schemas = {root: {"oneOf": [event("noted", data(text=TEXT))]}}
    spec = spec_of(drafted(contract(schemas, root=root)))
    assert package in (None, spec.package)


def test_what_is_asked_for_is_taken() -> None:
    source = Source("somebody/something", "openapi.yaml", "Stream", "0a1b2c3", "2026-08-21")
    made = contract(stream(data(text=TEXT)))
    spec, _ = read(draft(made, protocol="notes", package="my_notes", source=source))
    assert spec is not None
    assert (spec.protocol, spec.package, spec.source) == ("notes", "my_notes", source)


# --- what a spec cannot say -----------------------------------------------------------------------


def test_events_without_an_object_are_left_out_and_told() -> None:
    events = [event("noted", data(text=TEXT)), event("ticked", TEXT), event("end", {"const": "."})]
    made = drafted(contract({"Stream": {"oneOf": events}}))
    assert [each.name for each in spec_of(made).events] == ["noted", "end"]
    assert made.questions == ("ticked: its data is no object, so it is left out",)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"anyOf": [data(a=TEXT), data(b=TEXT)]}, "objects that no required constant tells apart"),
        ({**data(a=TEXT), "additionalProperties": False}, "no members but the declared ones"),
        ({**data(a=TEXT), "additionalProperties": TEXT}, "members beyond the declared ones"),
        ({"type": "integer", "enum": [1, 2]}, "certain numbers or truths only"),
        ({"type": "object", "propertyNames": {"maxLength": 3}}, "`propertyNames`"),
    ],
)
def test_what_a_spec_cannot_say_is_told(schema: Any, told: str) -> None:
    made = drafted(contract(stream(ref("Note"), Note=data(value=schema))))
    spec_of(made)
    (question,) = made.questions
    assert question.startswith(told)
    assert "Note" in question


# --- words ----------------------------------------------------------------------------------------


def test_the_words_of_ones_own_document_can_be_taken() -> None:
    noted = event("noted", ref("Note")) | {
        "description": "Somebody noted [this](https://x.y). Yes."
    }
    words = {"type": "string", "description": "The **text** itself; see `id`.\n\nMore of it."}
    kind = {"enum": ["a", "b"], "description": "Kind"}
    note = data(text=words, kind=kind, parts={"type": "array", "items": data(of=TEXT)})
    note["properties"]["parts"]["items"]["description"] = "One part"
    schemas = {"Stream": {"oneOf": [noted]}, "Note": note | {"description": "A note.<br/> Short."}}
    files = draft(contract(schemas), describe=describer(document(schemas), "Stream"))
    types = yaml.safe_load(files["note.yaml"])
    assert types["Note"]["description"] == "A note."
    assert types["Note"]["properties"]["text"]["description"] == "The text itself; see `id`."
    assert types["Note"]["properties"]["kind"]["description"] == "TODO"
    assert types["NotePart"]["description"] == "One part."
    protocol = yaml.safe_load(files["protocol.yaml"])
    assert protocol["events"]["noted"]["when"] == "Somebody noted this."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The id, e.g. `run_1`. Not null.", "The id, e.g. `run_1`."),
        ("# Title\nWhat it is", "Title What it is."),
        ("```json\n{}\n```", None),
        ("", None),
        ("x" * 500, "x" * 398 + "."),
        ("Line one\nline two: yes! And on.", "Line one line two: yes."),
        ("A {{ template }} and a\u202e turn", "A {{ template }} and a turn."),
    ],
)
def test_a_description_is_one_sentence_of_plain_text(text: str, told: str | None) -> None:
    assert sentence(text) == told


# --- real documents -------------------------------------------------------------------------------

HISTORY = 27


@cache
def states() -> list[Path]:
    where = folder()
    assert where is not None
    official = where.parent / "official" / "openapi.yaml"
    return [*sorted((where.parent / "api-history").glob("*.yaml")), official]


@cache
def real(index: int) -> Contract:
    path = states()[index]
    found, findings = read_openapi(path.read_bytes(), path.name, "AssistantStreamEvent")
    assert found is not None, findings
    return found


@pytest.mark.skipif(folder() is None, reason=ABSENT)
@pytest.mark.parametrize("index", range(HISTORY + 1))
def test_a_real_document_becomes_a_spec_that_says_the_same(index: int) -> None:
    spec = spec_of(drafted(real(index)))
    found = compare(contract_of_spec(spec, "documented"), real(index)).changes
    beside = ["AssistantStreamEvent<thread.created>.enabled"]  # beside the data: no stream has it
    assert [change.path for change in found] in ([], beside)
    deltas = {n: t.delta_of for n, t in spec.types.items() if getattr(t, "delta_of", None)}
    assert deltas == {
        "MessageDeltaObject": "MessageObject",
        "RunStepDeltaObject": "RunStepObject",
    }


@pytest.mark.skipif(folder() is None, reason=ABSENT)
@pytest.mark.parametrize("index", [0, 7, HISTORY - 1, HISTORY])  # the ends, and one with changes
def test_the_package_of_a_real_document_passes_its_own_suite(index: int, tmp_path: Path) -> None:
    spec = spec_of(drafted(real(index)))
    assert len(plan_all(spec)) > 25
    cases, red = red_cases(spec, tmp_path)
    assert cases > 1000
    assert red == []
