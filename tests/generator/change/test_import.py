"""What a new document does to a spec, change by change: which lines of the YAML, and what is told.

The spec is drafted from the old document, with words and comments of a person put in.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from support.documents import contract, event, ref, stream
from threadwire_generator.build import read_spec_files
from threadwire_generator.change.compare import compare
from threadwire_generator.change.draft import draft
from threadwire_generator.change.import_command import Imported, imported
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.change.walk import Facts
from threadwire_generator.findings import format_finding
from threadwire_generator.plan import plan_all

FACTS = Facts(commit="0123abc", date="2026-08-21")
TEXT: dict[str, Any] = {"type": "string"}
COUNT: dict[str, Any] = {"type": "integer"}
NULL: dict[str, Any] = {"type": "null"}


def data(required: str = "", /, **properties: Any) -> dict[str, Any]:
    """An object with these members."""
    return {"type": "object", "properties": properties, "required": required.split()}


def kind(value: str, **properties: Any) -> dict[str, Any]:
    """One variant of a union."""
    return data("type", type={"const": value}, **properties)


def note(required: str = "", /, **properties: Any) -> dict[str, Any]:
    """A stream of notes with these members."""
    return stream(ref("Note"), Note=data(required, **properties))


def do(
    old: Mapping[str, Any], new: Mapping[str, Any], *edits: tuple[str, str]
) -> tuple[list[str], Imported]:
    """The lines that change, and what is told; `edits` are made by a person before."""
    files = draft(contract(old))
    for before, after in edits:
        assert sum(before in text for text in files.values()) == 1, before
        files = {name: text.replace(before, after) for name, text in files.items()}
    content = {name: text.encode() for name, text in files.items()}
    spec, findings = read_spec_files(content)
    assert spec is not None, [format_finding(finding) for finding in findings]
    result = imported(content, spec, contract(new), FACTS)
    assert [format_finding(finding) for finding in result.errors] == []
    lines: list[str] = []
    for name, text in result.plan.files.items():
        is_now = files.get(name, "").splitlines()
        found = difflib.unified_diff(is_now, text.splitlines(), n=0, lineterm="")
        lines += [line for line in found if not line.startswith(("---", "+++", "@@"))]
    after = content | {name: text.encode() for name, text in result.plan.files.items()}
    whole, _ = read_spec_files(after)
    assert whole is not None
    again = imported(after, whole, contract(new), FACTS)
    assert again.plan.files == {}
    told = [*result.plan.questions, *result.plan.known, *result.left]
    left = compare(contract_of_spec(whole, "documented"), contract(new)).changes
    assert [change.path for change in left] == [] or told
    return lines, result


def told(items: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{path}: {says}" for path, says in items]


PARTS = {"oneOf": [kind("text", text=TEXT), kind("image", url=TEXT)]}
MORE = {"oneOf": [*PARTS["oneOf"], kind("sound", length=COUNT)]}
FEWER = {"oneOf": [kind("text", text=TEXT), kind("sound", length=COUNT)]}

# old members, new ones (with those that are required in front), the lines, what is told.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], list[str]]] = {
    "a new field": (
        note(a=TEXT, c=TEXT),
        note(a=TEXT, b={"type": ["integer", "null"], "minimum": 1}, c=TEXT),
        [
            (
                '+    b: {type: [integer, "null"], unit: TODO, description: TODO, '
                "documented: {minimum: 1}}"
            )
        ],
        ["Note.b: a new field"],
    ),
    "a new field that is required": (
        note(a=TEXT),
        note("b", a=TEXT, b=TEXT),
        ["+  documented: {required: [b]}", "+    b: {type: string, description: TODO}"],
        ["Note.b: a new field, required by the document"],
    ),
    "a new field whose name code cannot have": (
        note(a=TEXT),
        note(a=TEXT, schema={}),
        ["+    schema: {name: schema_, description: TODO}"],
        ["Note.schema: a new field"],
    ),
    "a new constant, which could be relied on only if it had always been there": (
        note(a=TEXT),
        note("b", a=TEXT, b={"const": "note"}),
        [
            "+  documented: {required: [b]}",
            "+    b: {$ref: NoteB, description: TODO}",
            "+",
            "+NoteB:",
            "+  description: TODO",
            "+  enum: [note]",
            "+  open: true",
        ],
        ["Note.b: a new field, required by the document"],
    ),
    "a field that goes": (
        note("a b", a=TEXT, b=COUNT),
        note("a", a=TEXT),
        [
            "-  required: [a, b]",
            "+  required: [a]",
            "-    b: {type: integer, unit: TODO, description: TODO}",
            "+    b:",
            "+      type: integer",
            "+      unit: TODO",
            "+      description: TODO",
            "+      documented: false",
            "+      evidence: [in the official document until 2026-08-21]",
        ],
        ["Note.b: no longer in the document"],
    ),
    "a constant that goes": (
        note("a b", a=TEXT, b={"const": "note"}),
        note("a", a=TEXT),
        [
            "-  required: [a, b]",
            "+  required: [a]",
            "-    b: {const: note, description: TODO}",
            "+    b:",
            "+      type: string",
            "+      description: TODO",
            "+      documented: false",
            "+      evidence: [in the official document until 2026-08-21]",
        ],
        ["Note.b: no longer in the document"],
    ),
    "a field that becomes required": (
        note(a=TEXT),
        note("a", a=TEXT),
        ["+  documented: {required: [a]}"],
        ["Note.a: required by the document"],
    ),
    "a field that no longer is": (
        note("a b", a=TEXT, b=TEXT),
        note("b", a=TEXT, b=TEXT),
        ["-  required: [a, b]", "+  required: [b]"],
        ["Note.a: no longer required"],
    ),
    "null comes": (
        note(a=TEXT),
        note(a={"anyOf": [TEXT, NULL]}),
        [
            "-    a: {type: string, description: TODO}",
            '+    a: {type: [string, "null"], description: TODO}',
        ],
        ["Note.a: string or null in the document, which was string"],
    ),
    "null goes": (
        note(a={"anyOf": [TEXT, NULL]}),
        note(a=TEXT),
        [
            '-    a: {type: [string, "null"], description: TODO}',
            "+    a:",
            '+      type: [string, "null"]',
            "+      description: TODO",
            "+      documented: {type: string}",
            "+      evidence: [null in the official document until 2026-08-21]",
        ],
        ["Note.a: string in the document, which was string or null"],
    ),
    "null comes to an object": (
        note(a=ref("B")) | {"B": data(x=TEXT)},
        note(a={"anyOf": [ref("B"), NULL]}) | {"B": data(x=TEXT)},
        [
            "-    a: {$ref: B, description: TODO}",
            '+    a: {anyOf: [{$ref: B}, {type: "null"}], description: TODO}',
        ],
        ["Note.a: B or null in the document, which was B"],
    ),
    "a number of another kind": (
        note(a=COUNT, b={"type": "number"}),
        note(a={"type": "number"}, b=COUNT),
        [
            "-    a: {type: integer, unit: TODO, description: TODO}",
            "-    b: {type: number, unit: TODO, description: TODO}",
            "+    a: {type: number, unit: TODO, description: TODO}",
            "+    b:",
            "+      type: number",
            "+      unit: TODO",
            "+      description: TODO",
            "+      documented: {type: integer}",
            "+      evidence: [number in the official document until 2026-08-21]",
        ],
        [
            "Note.a: number in the document, which was integer",
            "Note.b: integer in the document, which was number",
        ],
    ),
    "another plain type": (
        note(a=TEXT),
        note(a=COUNT),
        [
            "-    a: {type: string, description: TODO}",
            "+    a:",
            "+      type: [string, integer]",
            "+      unit: TODO",
            "+      description: TODO",
            "+      documented: {type: integer}",
            "+      evidence: [string in the official document until 2026-08-21]",
        ],
        ["Note.a: integer in the document, which was string"],
    ),
    "a point in time": (
        note(a=COUNT),
        note(a=COUNT | {"format": "unixtime"}),
        [
            "-    a: {type: integer, unit: TODO, description: TODO}",
            "+    a: {type: integer, format: unixtime, description: TODO}",
        ],
        ["Note.a: format unixtime"],
    ),
    "a limit that comes, moves and goes": (
        note(a=COUNT, b=COUNT | {"minimum": 1}, c=COUNT | {"minimum": 1}),
        note(a=COUNT | {"maximum": 9}, b=COUNT | {"minimum": 2}, c=COUNT),
        [
            "-    a: {type: integer, unit: TODO, description: TODO}",
            "-    b: {type: integer, unit: TODO, description: TODO, documented: {minimum: 1}}",
            "-    c: {type: integer, unit: TODO, description: TODO, documented: {minimum: 1}}",
            "+    a: {type: integer, unit: TODO, description: TODO, documented: {maximum: 9}}",
            "+    b: {type: integer, unit: TODO, description: TODO, documented: {minimum: 2}}",
            "+    c: {type: integer, unit: TODO, description: TODO}",
        ],
        ["Note.a: maximum 9", "Note.b: minimum 2", "Note.c: minimum gone"],
    ),
    "a value that comes": (
        note(a={"enum": ["x", "z"]}),
        note(a={"enum": ["x", "y", "z"]}),
        ["-  enum: [x, z]", "+  enum: [x, y, z]"],
        ["NoteA: a new value `y`"],
    ),
    "a value that goes": (
        note(a={"enum": ["x", "y"]}),
        note(a={"enum": ["x"]}),
        [
            "+  documented: {enum: [x]}",
            "+  evidence: [y in the official document until 2026-08-21]",
        ],
        ["NoteA: no longer in the document: y"],
    ),
    "listed values, where any were good": (
        note(a=TEXT),
        note(a={"enum": ["x", "y"]}),
        [
            "-    a: {type: string, description: TODO}",
            "+    a: {$ref: NoteA, description: TODO}",
            "+",
            "+NoteA:",
            "+  description: TODO",
            "+  enum: [x, y]",
            "+  open: true",
        ],
        ["Note.a: NoteA in the document, which was string"],
    ),
    "any value, where some were listed": (
        note(a={"enum": ["x", "y"]}),
        note(a=TEXT),
        [
            "-    a: {$ref: NoteA, description: TODO}",
            "+    a:",
            "+      $ref: NoteA",
            "+      description: TODO",
            "+      documented: {type: string}",
            "+      evidence: [NoteA in the official document until 2026-08-21]",
        ],
        ["Note.a: string in the document, which was NoteA"],
    ),
    "a variant that comes": (
        note(a=PARTS),
        note(a=MORE),
        [
            "-  oneOf: [{$ref: NoteAText}, {$ref: NoteAImage}]",
            "+  oneOf: [{$ref: NoteAText}, {$ref: NoteAImage}, {$ref: NoteASound}]",
            "+",
            "+NoteASound:",
            "+  description: TODO",
            "+  required: [type]",
            "+  properties:",
            "+    type: {const: sound, description: TODO}",
            "+    length: {type: integer, unit: TODO, description: TODO}",
        ],
        ["NoteA: a new variant `sound`, which is `NoteASound`"],
    ),
    "a variant that goes": (
        note(a=MORE),
        note(a=FEWER),
        [
            "+  documented: {oneOf: [{$ref: NoteAText}, {$ref: NoteASound}]}",
            "+  evidence: [image in the official document until 2026-08-21]",
        ],
        ["NoteA: no longer in the document: image"],
    ),
    "a map whose values are said to be texts": (
        note(a={"type": "object"}),
        note(a={"type": "object", "additionalProperties": TEXT}),
        [
            "-    a: {type: object, additionalProperties: true, description: TODO}",
            "+    a:",
            "+      type: object",
            "+      additionalProperties: true",
            "+      description: TODO",
            "+      documented: {additionalProperties: {type: string}}",
            "+      evidence: [a map of any value in the official document until 2026-08-21]",
        ],
        ["Note.a: a map of string in the document, which was a map of any value"],
    ),
    "an object whose members are said": (
        note(a={"type": "object"}),
        note(a=data(x=TEXT)),
        [
            "-    a: {type: object, additionalProperties: true, description: TODO}",
            "+    a: {$ref: NoteA, description: TODO}",
            "+",
            "+NoteA:",
            "+  description: TODO",
            "+  required: []",
            "+  properties:",
            "+    x: {type: string, description: TODO}",
        ],
        ["Note.a: NoteA in the document, which was a map of any value"],
    ),
    "items of another JSON type": (
        note(a={"type": "array", "items": TEXT}),
        note(a={"type": "array", "items": data(x=TEXT)}),
        [
            "-    a: {type: array, items: {type: string}, description: TODO}",
            "+    a:",
            "+      type: array",
            "+      items: {$ref: NoteAItemChoice}",
            "+      description: TODO",
            "+      documented: {items: {$ref: NoteAItem}}",
            "+      evidence: [a list of string in the official document until 2026-08-21]",
            "+",
            "+NoteAItem:",
            "+  description: TODO",
            "+  required: []",
            "+  properties:",
            "+    x: {type: string, description: TODO}",
            "+",
            "+NoteAItemChoice:",
            "+  description: TODO",
            "+  anyOf: [{type: string}, {$ref: NoteAItem}]",
        ],
        ["Note.a: a list of NoteAItem in the document, which was a list of string"],
    ),
    "one more JSON type of a mixed union": (
        note(a={"oneOf": [{"enum": ["auto"]}, data(x=TEXT)]}),
        note(a={"oneOf": [{"enum": ["auto"]}, data(x=TEXT), {"type": "boolean"}]}),
        [
            "-  anyOf: [{$ref: NoteAValue}, {$ref: NoteAObject}]",
            "+  anyOf: [{$ref: NoteAValue}, {$ref: NoteAObject}, {type: boolean}]",
        ],
        ["NoteA: `boolean` as well"],
    ),
    "one JSON type less of a mixed union": (
        note(a={"oneOf": [{"enum": ["auto"]}, data(x=TEXT)]}),
        note(a=data(x=TEXT)),
        [
            "-    a: {$ref: NoteA, description: TODO}",
            "+    a:",
            "+      $ref: NoteA",
            "+      description: TODO",
            "+      documented: {$ref: NoteAObject2}",
            "+      evidence: [NoteA in the official document until 2026-08-21]",
            "+",
            "+NoteAObject2:",
            "+  description: TODO",
            "+  required: []",
            "+  properties:",
            "+    x: {type: string, description: TODO}",
        ],
        ["Note.a: NoteAObject2 in the document, which was NoteA"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_the_document_becomes_lines_of_the_spec(name: str) -> None:
    old, new, lines, edits = CASES[name]
    found, result = do(old, new)
    assert sorted(found) == sorted(lines), "\n".join(found)
    assert told(result.plan.edits) == edits


@pytest.mark.parametrize("name", CASES)
def test_a_change_that_is_taken_back_leaves_nothing_to_the_document(name: str) -> None:
    """What came back is as the document has it; the evidence of what was between stays."""
    old, new, _, _ = CASES[name]
    content = {n: t.encode() for n, t in draft(contract(old)).items()}
    for each in (new, old):
        spec, _ = read_spec_files(content)
        assert spec is not None
        result = imported(content, spec, contract(each), FACTS)
        assert result.errors == ()
        content |= {n: t.encode() for n, t in result.plan.files.items()}
    spec, _ = read_spec_files(content)
    assert spec is not None
    found = compare(contract_of_spec(spec, "documented"), contract(old)).changes
    assert [(c.path, c.kind) for c in found if c.kind != "format_changed"] == []


# --- what is not edited ---------------------------------------------------------------------------

NOTATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a schema by another name": (
        stream(ref("Note"), Note=data(a=TEXT)),
        stream(ref("Remark"), Remark=data(a=TEXT)),
    ),
    "a schema in place": (stream(ref("Note"), Note=data(a=TEXT)), stream(data(a=TEXT))),
    "a constant as a list of one": (
        note("a", a={"const": "x"}),
        note("a", a={"type": "string", "enum": ["x"]}),
    ),
    "another order": (note(a=TEXT, b={"enum": ["x", "y"]}), note(b={"enum": ["y", "x"]}, a=TEXT)),
    "descriptions": (note(a=TEXT), note(a=TEXT | {"description": "Something.", "example": "x"})),
}


@pytest.mark.parametrize("name", NOTATIONS)
def test_another_notation_is_nothing_to_edit(name: str) -> None:
    lines, result = do(*NOTATIONS[name])
    assert lines == []
    assert result.plan.edits == result.plan.questions == ()


def test_what_the_wire_is_known_to_do_stays_and_the_conflict_is_told() -> None:
    person = (
        "    a: {type: string, description: TODO}",
        (
            '    a:  # seen\n      type: [string, "null"]\n      description: The text.\n'
            "      documented: {type: string}\n      evidence: [null in 2026]"
        ),
    )
    old, same = note("a", a=TEXT), note("a", a=TEXT)
    lines, result = do(old, same, person)
    assert lines == []
    assert told(result.plan.known) == ["Note.a: in the document {type: string}"]
    lines, result = do(old, note("a", a={"type": "string", "maxLength": 9}), person)
    assert lines == [
        "-      documented: {type: string}",
        "+      documented: {type: string, maxLength: 9}",
    ]
    lines, result = do(old, note("a", a={"anyOf": [TEXT, NULL]}), person)
    assert lines == ["-      documented: {type: string}"]
    lines, result = do(old, note("a", a=COUNT), person)
    assert '-      type: [string, "null"]' in lines
    assert '+      type: [string, integer, "null"]' in lines
    assert told(result.plan.conflicts) == [
        "Note.a: the document says integer; evidence: null in 2026"
    ]


def test_a_member_that_only_the_wire_had_is_known_to_the_document_now() -> None:
    person = (
        "    a: {type: string, description: TODO}",
        (
            "    a: {type: string, description: TODO}\n"
            "    b: {type: string, description: It., documented: false, evidence: [seen]}"
        ),
    )
    lines, result = do(note(a=TEXT), note("b", a=TEXT, b=TEXT), person)
    assert lines == [
        "+  documented: {required: [b]}",
        "-    b: {type: string, description: It., documented: false, evidence: [seen]}",
        "+    b: {type: string, description: It., evidence: [seen]}",
    ]
    assert told(result.plan.edits) == [
        "Note.b: the document knows it now",
        "Note.b: required by the document",
    ]


def test_a_unit_that_a_person_named_is_asked_about() -> None:
    person = ("unit: TODO", "unit: count")
    _, result = do(note(a=COUNT), note(a=COUNT | {"format": "unixtime"}), person)
    assert told(result.plan.questions) == [
        "Note.a: the document says that it is a point in time, the spec that it counts count"
    ]


def test_a_tag_that_goes_is_asked_about() -> None:
    bare = {"oneOf": [data(text=TEXT), data(url=TEXT)]}
    lines, result = do(note(a=PARTS), note(a=bare))
    assert lines == []
    assert "a spec cannot say what the document has now; it stays as it was" in " ".join(
        told(result.plan.questions)
    )


# --- events ---------------------------------------------------------------------------------------


def test_a_new_event_gets_a_class_and_a_place_for_words() -> None:
    old = {"Stream": {"oneOf": [event("note.made", ref("Note")), event("done", {"const": "."})]}}
    more = [event("note.made", ref("Note")), event("note.lost", ref("Note"))]
    new = {"Stream": {"oneOf": [*more, event("done", {"const": "."})]}}
    lines, result = do(old | {"Note": data(a=TEXT)}, new | {"Note": data(a=TEXT)})
    assert lines == [
        "+  note.lost:",
        "+    class: NoteLost",
        "+    payload: Note",
        "+    when: TODO",
    ]
    assert told(result.plan.edits) == ["note.lost: a new event that carries `Note`"]


def test_a_new_payload_gets_a_file_of_its_own() -> None:
    old = {"Stream": {"oneOf": [event("note.made", ref("Note"))]}, "Note": data(a=ref("B"))}
    more = [event("note.made", ref("Note")), event("note.delta", ref("Piece"))]
    new = {"Stream": {"oneOf": more}, "Note": data(a=ref("B")), "B": data(x=TEXT)}
    lines, result = do(
        old | {"B": data(x=TEXT)}, new | {"Piece": data("id", id=TEXT, added=ref("B"))}
    )
    assert list(result.plan.files) == ["note.yaml", "piece.yaml", "protocol.yaml"]
    assert result.plan.files["piece.yaml"] == """\
# yaml-language-server: $schema=../meta/types.schema.json

Piece:
  description: TODO
  delta_of: Note
  required: [id]
  properties:
    id: {type: string, merge: replace, description: TODO}
    added: {$ref: B, merge: members, description: TODO}
"""
    assert [line for line in lines if "x:" in line] == [
        "-    x: {type: string, description: TODO}",
        "+    x: {type: string, merge: replace, description: TODO}",
    ]


def test_an_event_that_goes_stays_and_is_told() -> None:
    both = [event("a", ref("Note")), event("b", ref("Note"))]
    old = {"Stream": {"oneOf": both}, "Note": data(a=TEXT)}
    lines, result = do(old, {"Stream": {"oneOf": both[:1]}, "Note": data(a=TEXT)})
    assert lines == []
    assert told(result.plan.known) == ["b: an event that the document does not know"]


def test_an_event_that_no_spec_can_have_is_asked_about() -> None:
    old = {"Stream": {"oneOf": [event("a", ref("Note"))]}, "Note": data(a=TEXT)}
    new = {"Stream": {"oneOf": [event("a", ref("Note")), event("b", TEXT)]}, "Note": data(a=TEXT)}
    lines, result = do(old, new)
    assert lines == []
    assert told(result.plan.questions) == [
        "b: a new event, whose data is no object: no spec can have it"
    ]
    assert result.left == ()


# --- types that stand for several schemas ---------------------------------------------------------


def test_a_type_that_stands_for_two_schemas_is_split_when_they_come_to_differ() -> None:
    old = note(a=ref("B"), b=ref("B")) | {"B": data(x=TEXT)}
    new = note(a=ref("B"), b=ref("C")) | {"B": data(x=TEXT), "C": data(x=TEXT, y=TEXT)}
    lines, result = do(old, new)
    assert "+    b: {$ref: C, description: TODO}" in lines
    assert "+    y: {type: string, description: TODO}" in lines
    assert not any("y" in line for line in lines if line.startswith("-"))
    assert len(result.plan.questions) == 1


def test_a_type_of_another_file_is_used_only_where_that_makes_no_loop() -> None:
    events = [event("a", ref("A")), event("b", ref("B"))]
    old = {"Stream": {"oneOf": events}, "A": data(x=ref("AX")), "B": data(y=ref("BY"))}
    parts = {"AX": data(text=TEXT), "BY": data(count=COUNT)}
    new = old | {"A": data(x=ref("AX"), z=ref("BY")), "B": data(y=ref("BY"), z=ref("AX"))}
    _, result = do(old | parts, new | parts)
    assert "z: {$ref: BY, description: TODO}" in result.plan.files["a.yaml"]
    assert "z: {$ref: AXType, description: TODO}" in result.plan.files["b.yaml"]
    assert "AXType:" in result.plan.files["b.yaml"]


def test_comments_and_layout_of_a_person_stay() -> None:
    person = (
        "  properties:\n    a: {type: string, description: TODO}",
        (
            "  # all of it\n  properties:   # the members\n    # the first\n"
            "    a: {description: 'An a.',   type: string}   # never empty\n\n    # the end"
        ),
    )
    lines, _ = do(note("a", a=TEXT), note("a b", a=TEXT, b=TEXT), person)
    assert lines == [
        "+  documented: {required: [b]}",
        "+    b: {type: string, description: TODO}",
    ]


def test_a_variant_that_the_document_no_longer_has_is_so_in_all_that_is_generated() -> None:
    _, result = do(note(a=MORE), note(a=FEWER))
    files = draft(contract(note(a=MORE))) | dict(result.plan.files)
    spec, _ = read_spec_files({name: text.encode() for name, text in files.items()})
    assert spec is not None
    plan = {path: output.content.decode() for path, output in plan_all(spec).items()}
    docs = "".join(text for path, text in plan.items() if path.startswith("docs/"))
    assert "The document lists: [`NoteAText`]" in docs
    views = {
        view: json.loads(plan[f"jsonschema/{view}.schema.json"])["$defs"]["NoteA"]
        for view in ("wire", "documented")
    }
    assert views["wire"]["properties"]["type"]["examples"] == ["text", "image", "sound"]
    assert views["documented"]["properties"]["type"]["enum"] == ["text", "sound"]


# --- what the dialect cannot say, and names that mean something in YAML ---------------------------

LISTS = {"anyOf": [{"type": "array", "items": TEXT}, {"type": "array", "items": COUNT}]}
UNTAGGED = {"anyOf": [data("x", x=TEXT), data("y", y=COUNT)]}


@pytest.mark.parametrize(
    ("schema", "made", "path"),
    [
        (LISTS, "b: {type: array, items: {}, description: TODO}", "Note.b"),
        (ref("Lists"), "b: {type: array, items: {}, description: TODO}", "Note.b"),
        (
            {"anyOf": [*LISTS["anyOf"], TEXT]},
            "anyOf: [{type: string}, {type: array, items: {}}]",
            "Note.b",
        ),
        (
            {"type": "array", "items": LISTS},
            "b: {type: array, items: {type: array, items: {}}, description: TODO}",
            "Note.b[]",
        ),
    ],
)
def test_a_union_of_lists_is_any_list_and_a_person_is_told(
    schema: dict[str, Any], made: str, path: str
) -> None:
    new = stream(ref("Note"), Note=data(a=TEXT, b=schema), Lists=LISTS)
    lines, result = do(note(a=TEXT), new)
    assert any(made in line for line in lines)
    text = "several lists, which a spec cannot tell apart; any list is admitted"
    assert told(result.plan.questions) == [f"{path}: {text}"]


def test_a_union_of_limited_texts_is_any_text() -> None:
    few = {"enum": ["a"], "type": "string", "minLength": 1}
    more = {"enum": ["b"], "type": "string", "maxLength": 3}
    lines, result = do(note(a=TEXT), note(a=TEXT, b={"anyOf": [few, more]}))
    assert lines == ["+    b: {type: string, description: TODO}"]
    text = "texts of several limits or formats; any text is admitted"
    assert told(result.plan.questions) == [f"Note.b: {text}"]


def test_objects_that_nothing_tells_apart_are_any_object_with_a_name_or_without() -> None:
    new = stream(ref("Note"), Note=data(a=TEXT, b=ref("Either")), Either=UNTAGGED)
    for each in (new, note(a=TEXT, b=UNTAGGED)):
        lines, _ = do(note(a=TEXT), each)
        assert lines == ["+    b: {type: object, additionalProperties: true, description: TODO}"]


def test_a_variant_with_several_tags_is_said_to_be_one() -> None:
    both = {"oneOf": [data("type", type={"enum": ["a", "c"]}), kind("b")]}
    _, result = do(note(a=TEXT), note(a=TEXT, b=both))
    why = "told apart by `type`, of which a spec has one constant a variant, not several"
    assert told(result.plan.questions) == [f"Note.b: objects {why}; any object is admitted"]


@pytest.mark.parametrize("name", ["$ref", "documented", "properties"])
def test_a_property_may_be_called_as_a_keyword_is(name: str) -> None:
    lines, _ = do(note(a=TEXT), note(a=TEXT, **{name: {"enum": ["x", "y"]}}))
    assert "+  enum: [x, y]" in lines
    again, result = do(note(**{name: TEXT}), note(**{name: COUNT}))
    assert again
    assert told(result.plan.questions) == []


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("string", ["integer", "string", "null"], ['[string, integer, "null"], unit: TODO']),
        (["string", "integer"], ["integer", "string"], []),
    ],
)
def test_types_are_widened_and_their_order_is_no_difference(
    old: Any, new: Any, lines: list[str]
) -> None:
    found, _ = do(note(a={"type": old}), note(a={"type": new}))
    fresh = [line for line in found if line.startswith("+")]
    assert fresh == [f"+    a: {{type: {line}, description: TODO}}" for line in lines]


def test_what_an_edit_costs_does_not_grow_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = yaml.compose

    def compose(text: str, **options: Any) -> Any:
        read.append(len(text))
        return real(text, **options)

    def many(count: int, **more: Any) -> dict[str, Any]:
        names = [f"Type{number}" for number in range(count)]
        types = {name: data(a=TEXT, **more) for name in names}
        return stream(ref("Note"), Note=data(**{n.lower(): ref(n) for n in names}), **types)

    monkeypatch.setattr(yaml, "compose", compose)
    costs: list[int] = []
    for count in (10, 40):
        read.clear()
        do(many(count), many(count, b={"enum": ["x", "y"]}))
        costs.append(sum(read))
    assert costs[1] < 8 * costs[0]
