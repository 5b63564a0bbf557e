"""Reading OpenAPI documents: every notation there is, and everything that is wrong with one.

A document is somebody else's: whatever it holds, reading it ends with a contract or with findings
at their places.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.documents import changes, contract, difference, document, event, ref, stream
from threadwire_generator.change import outline
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Object, Ref, Schema, String
from threadwire_generator.change.openapi import read_openapi
from threadwire_generator.findings import Finding, format_finding

TEXT = {"type": "string"}
CAT = {"type": "object", "properties": {"type": {"const": "cat"}}, "required": ["type"]}
DOG = {"type": "object", "properties": {"type": {"const": "dog"}}, "required": ["type"]}


def findings(content: bytes | str, root: str | None = None) -> list[Finding]:
    data = content.encode() if isinstance(content, str) else content
    found, told = read_openapi(data, "api.yaml", root)
    assert (found is None) == any(finding.is_error for finding in told)
    return told


def the_finding(content: bytes | str, root: str | None = None) -> Finding:
    (found,) = findings(content, root)
    assert found.cure
    assert "\n" not in format_finding(found)
    return found


PLAIN = """\
openapi: 3.1.0
info: {title: a stream, version: "1"}
components:
  schemas:
    Stream:
      oneOf:
        - type: object
          required: [event, data]
          properties:
            event: {type: string, const: noted}
            data: {$ref: '#/components/schemas/Note'}
    Note:
      type: object
      properties:
        text: {type: string}
"""


# --- notations ------------------------------------------------------------------------------------


def test_yaml_json_and_yaml_in_braces_read_the_same() -> None:
    data = yaml.safe_load(PLAIN)
    texts = [PLAIN, json.dumps(data), yaml.safe_dump(data, default_flow_style=True)]
    texts += [PLAIN.replace("\n", "\r\n"), "\ufeff" + PLAIN, json.dumps(data, indent="\t")]
    read = [read_openapi(text.encode(), "api")[0] for text in texts]
    for other in read[1:]:
        assert read[0] is not None
        assert other is not None
        assert compare(read[0], other).changes == ()
        assert list(other.types) == ["Note"]


@pytest.mark.parametrize("word", ["no", "on", "yes", "2024-01-01", "1_000", "0x10", "1:30", "0o7"])
def test_a_plain_word_is_a_string_as_in_json(word: str) -> None:
    text = PLAIN.replace("{type: string}", f"{{enum: [{word}]}}")
    found, _ = read_openapi(text.encode(), "api")
    assert found is not None
    (note,) = found.types["Note"].parts
    assert isinstance(note, Object)
    assert note.members[0].schema == Schema((String((word,), open=False),))


@pytest.mark.parametrize(
    "notation",
    [
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
        {"anyOf": [TEXT, {"type": "null"}]},
        {"oneOf": [{"type": "null"}, {"allOf": [TEXT]}]},
        {"anyOf": [ref("Text"), {"nullable": True}]},
        {"allOf": [ref("Text"), {"nullable": True}]},
        {"allOf": [ref("Text")], "nullable": True},
        {**ref("Text"), "nullable": True},
        ref("Maybe"),
        {"anyOf": [ref("Maybe"), {"const": None}]},
        {"anyOf": [ref("Text"), {"enum": [None]}], "description": "perhaps"},
    ],
    ids=str,
)
def test_there_are_many_ways_to_write_null(notation: dict[str, Any]) -> None:
    more = {"Text": TEXT, "Maybe": {"type": ["null", "string"]}}
    old = stream({"type": ["string", "null"]}, **more)
    assert changes(old, stream(notation, **more)) == []


@pytest.mark.parametrize(
    "notation",
    [
        {"const": "a"},
        {"enum": ["a"]},
        {"type": "string", "enum": ["a", "a"]},
        {"allOf": [TEXT, {"enum": ["a", "b"]}, {"enum": ["c", "a"]}]},
        {"anyOf": [{"const": "a"}, {"type": "string", "enum": ["a"]}]},
    ],
    ids=str,
)
def test_there_are_many_ways_to_write_a_constant(notation: dict[str, Any]) -> None:
    assert changes(stream({"type": "string", "const": "a"}), stream(notation)) == []


def test_an_object_may_be_composed_of_others() -> None:
    whole = {
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 2}, "b": TEXT, "c": TEXT},
        "required": ["a", "b"],
    }
    base = {"properties": {"a": {"type": "number", "minimum": 2}}, "required": ["a"]}
    extended = {"allOf": [ref("Base"), {"properties": {"b": TEXT}, "required": ["b"]}]}
    composed = {
        "allOf": [ref("Extended"), {"type": "object"}],
        "properties": {"a": {"type": "integer", "minimum": 1}, "c": TEXT},
    }
    assert changes(stream(whole), stream(composed, Base=base, Extended=extended)) == []


def test_what_says_nothing_new_leaves_a_reference_a_reference() -> None:
    data = {"type": "object", "oneOf": [ref("Cat"), ref("Dog")], "description": "a pet"}
    found = contract(stream(data, Cat=CAT, Dog=DOG))
    assert found.events["noted"].data == Schema((Ref("Cat"), Ref("Dog")))


def test_limits_that_say_nothing_or_the_same_are_no_change() -> None:
    old = {"type": "array", "items": {"type": "integer", "exclusiveMinimum": 0}, "minItems": 0}
    new = {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": False}
    assert changes(stream(old), stream(new)) == []


def test_a_bound_that_excludes_itself_may_be_written_as_in_3_0() -> None:
    old = stream({"type": "number", "minimum": 1, "exclusiveMinimum": True})
    new = contract(stream({"type": "number", "exclusiveMinimum": 1}))
    assert compare(contract(old, "3.0.3"), new).changes == ()


def test_a_discriminator_may_be_all_that_tells_the_tag() -> None:
    cat, dog = ({**pet, "properties": {"type": TEXT}} for pet in (CAT, DOG))
    mapping = {"cat": ref("Cat")["$ref"], "dog": "Dog"}
    told = {"oneOf": [ref("Cat"), ref("Dog")]}
    told["discriminator"] = {"propertyName": "type", "mapping": mapping}  # type: ignore[assignment]
    old = stream({"oneOf": [ref("Cat"), ref("Dog")]}, Cat=CAT, Dog=DOG)
    assert changes(old, stream(told, Cat=cat, Dog=dog)) == []
    assert changes(old, stream(told, Cat=CAT, Dog=DOG)) == []


@pytest.mark.parametrize("mapping", [None, {}, {"cat": "Cat"}, {"cat": "Dog", "dog": "Cat"}])
@pytest.mark.parametrize("nullable", [{}, {"nullable": True}])
def test_what_a_branch_says_of_its_own_tag_holds(
    mapping: dict[str, str] | None, nullable: dict[str, bool]
) -> None:
    union: dict[str, Any] = {"oneOf": [{**ref("Cat"), **nullable}, ref("Dog")]}
    discriminator = {"propertyName": "type"} | ({} if mapping is None else {"mapping": mapping})
    told = {**union, "discriminator": discriminator}
    old, new = (contract(stream(each, Cat=CAT, Dog=DOG)) for each in (union, told))
    assert old.types == new.types
    assert old.events == new.events


def test_the_name_of_a_schema_is_its_tag_where_nothing_says_otherwise() -> None:
    pet = {**CAT, "properties": {"type": TEXT}}
    discriminator = {"propertyName": "type", "mapping": {"cat": "Cat"}}
    told = {"oneOf": [ref("Cat"), {**ref("dog"), "nullable": True}], "discriminator": discriminator}
    old = stream({"oneOf": [ref("Cat"), ref("dog"), {"type": "null"}]}, Cat=CAT, dog=DOG)
    assert changes(old, stream(told, Cat=pet, dog=pet)) == []


def test_a_reference_may_lead_into_a_schema() -> None:
    note: dict[str, Any] = {"type": "object", "properties": {"by": {"enum": ["me"]}, "of": {}}}
    inner = {**note, "properties": {**note["properties"], "of": ref("Note/properties/by")}}
    old = {**note, "properties": {**note["properties"], "of": {"enum": ["me"]}}}
    assert changes(stream(ref("Note"), Note=old), stream(ref("Note"), Note=inner)) == []


def test_names_may_hold_what_a_pointer_escapes() -> None:
    schemas = {"Stream": {"oneOf": [event("noted", ref("a~1b%20c"))]}, "a/b c": TEXT}
    assert list(contract(schemas).types) == ["a~1b c"]


def test_only_what_the_root_leads_to_is_read() -> None:
    aside = "    Aside: {$ref: 'elsewhere.yaml#/X'}\n    Odd: [1, *unknown]\n"
    assert findings(PLAIN + aside) == []


# --- the root -------------------------------------------------------------------------------------


def test_the_root_is_found_where_there_is_only_one() -> None:
    found, _ = read_openapi(PLAIN.encode(), "api")
    assert found is not None
    assert (found.root, list(found.events)) == ("Stream", ["noted"])


def test_of_unions_in_unions_the_outermost_is_the_root() -> None:
    schemas = {
        "Inner": {"oneOf": [event("one", TEXT), event("two", TEXT)]},
        "Outer": {"oneOf": [ref("Inner"), event("three", TEXT)]},
    }
    found, _ = read_openapi(document(schemas), "api")
    assert found is not None
    assert (found.root, list(found.events)) == ("Outer", ["one", "two", "three"])


def test_several_roots_are_listed() -> None:
    schemas = {name: {"oneOf": [event("one", TEXT)]} for name in ("Left", "Right")}
    finding = the_finding(document(schemas))
    assert finding.rule == "openapi/root"
    assert "`Left`, `Right`" in finding.message
    assert finding.cure == "name one: --root Left"


def test_a_root_that_is_not_there_is_told_with_one_that_is_near() -> None:
    finding = the_finding(PLAIN, "Steam")
    assert (finding.rule, finding.cure) == ("openapi/root", "did you mean `Stream`?")


def test_a_root_that_is_no_union_of_events_is_told_at_its_place() -> None:
    finding = the_finding(PLAIN, "Note")
    assert (finding.rule, finding.line) == ("openapi/root", 13)


def test_without_a_union_of_events_a_root_is_asked_for() -> None:
    assert "--root NAME" in the_finding(document({"Note": {"anyOf": [TEXT]}})).cure


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rule", "place"),
    [
        ("", "openapi/document", (1, 1)),
        ("just a text", "openapi/document", (1, 1)),
        ("- a\n- list\n", "openapi/document", (1, 1)),
        ("[1, 2]", "openapi/document", (1, 1)),
        ("info: {}\n", "openapi/document", (1, 1)),
        ('{"info": {}}', "openapi/document", (1, 1)),
        ("openapi: 3.1.0\n", "openapi/document", (1, 1)),
        ("openapi: 3.1.0\ncomponents: [1]\n", "openapi/document", (1, 1)),
        ('{"openapi": "3.0.0", "components": {"schemas": 3}}', "openapi/document", (1, 1)),
        ("swagger: '2.0'\ndefinitions: {}\n", "openapi/version", (1, 1)),
        ("openapi: 4.0.0\n", "openapi/version", (1, 1)),
        ("openapi: 3.1.0\n  bad: : x\n", "openapi/syntax", (2, 6)),
        ("openapi: 3.1.0\n\tinfo: 1\n", "openapi/syntax", (2, 1)),
        ("openapi: 'open\n", "openapi/syntax", (2, 1)),
        ("a: 1\n---\nb: 2\n", "openapi/syntax", (2, 1)),
        ("? {a: 1}\n: b\n", "openapi/syntax", (1, 3)),
        ('{"openapi": "3.0.0",}', "openapi/syntax", None),
        ('{"openapi": "3.0.0"', "openapi/syntax", (1, 20)),
        (b"openapi: 3.1.0\ninfo: \xff\n", "openapi/encoding", (2, 7)),
        ("openapi: \x00\n", "openapi/syntax", (1, 1)),
        (b"\x89PNG\r\n\x1a\n", "openapi/encoding", (1, 1)),
    ],
    ids=repr,
)
def test_what_is_no_document_is_told(
    content: bytes | str, rule: str, place: tuple[int, int] | None
) -> None:
    finding = the_finding(content)
    assert finding.rule == rule
    assert place is None or (finding.line, finding.column) == place


@pytest.mark.parametrize(
    ("schema", "rule"),
    [
        ("{$ref: 'other.yaml#/components/schemas/Note'}", "openapi/remote"),
        ("{$ref: 'https://example.org/api.yaml'}", "openapi/remote"),
        ("{$ref: '#/components/responses/Note'}", "openapi/reference"),
        ("{$ref: '#/components/schemas/Note2'}", "openapi/reference"),
        ("{$ref: '#/components/schemas/Note/properties/txt'}", "openapi/reference"),
        ("{$ref: '#/components/schemas/Note/required/0'}", "openapi/reference"),
        ("{$ref: '#/components/schemas/Note/'}", "openapi/reference"),
        ("{$ref: '#'}", "openapi/reference"),
        ("{$ref: 7}", "openapi/reference"),
        ("{type: text}", "openapi/schema"),
        ("{type: [string, [null]]}", "openapi/schema"),
        ("{oneOf: {type: string}}", "openapi/schema"),
        ("{allOf: [7]}", "openapi/schema"),
        ("{type: object, properties: [a]}", "openapi/schema"),
        ("{type: object, required: true}", "openapi/schema"),
        ("{type: object, required: [1]}", "openapi/schema"),
        ("{type: string, enum: a}", "openapi/schema"),
        ("{enum: []}", "openapi/schema"),
        ("{type: []}", "openapi/schema"),
        ("{type: string, type: integer}", "openapi/twice"),
        ("{type: integer, minimum: '1'}", "openapi/schema"),
        ("{type: string, maxLength: true}", "openapi/schema"),
        ("text", "openapi/schema"),
        ("[{type: string}]", "openapi/schema"),
        ("*note", "openapi/alias"),
        ("&note {a: 1, b: *note}", "openapi/alias"),
    ],
)
def test_what_is_wrong_in_a_schema_is_told_at_its_line(schema: str, rule: str) -> None:
    text = PLAIN.replace("text: {type: string}", f"text: {schema}")
    finding = the_finding(text)
    assert (finding.rule, finding.line) == (rule, 15)
    assert finding.column >= 15


def test_a_part_that_is_not_there_is_told_with_one_that_is_near() -> None:
    text = PLAIN.replace("text: {type: string}", "text: {}\n        more: {$ref: '%s'}")
    finding = the_finding(text % "#/components/schemas/Note/properties/txt")
    assert (finding.line, finding.cure) == (16, "did you mean `text`?")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"3.1.0",', '"3.1.0",\n"openapi": "3.1.0",', 2),
        ('"Note": {"type"', '"Note": {},\n"Note": {"type"', 2),
        ('"text":', '"text": {},\n"text":', 1),
    ],
)
def test_a_key_that_stands_twice_in_json_is_told(old: str, new: str, line: int) -> None:
    text = document(stream(ref("Note"), Note={"type": "object", "properties": {"text": TEXT}}))
    assert old in text.decode()
    finding = the_finding(text.decode().replace(old, new), "Stream")
    assert (finding.rule, finding.line) == ("openapi/twice", line)


@pytest.mark.parametrize(
    ("addition", "line"), [("    Note: {}\n", 16), ("components: {}\n", 16), ("openapi: 1\n", 16)]
)
def test_a_key_that_stands_twice_in_yaml_is_told(addition: str, line: int) -> None:
    finding = the_finding(PLAIN + addition)
    assert (finding.rule, finding.line) == ("openapi/twice", line)


def test_a_key_may_stand_twice_in_what_is_not_read() -> None:
    assert findings(PLAIN + "    Aside: {a: 1, a: 2}\npaths: {x: 1, x: 2}\n") == []


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\ud83d\\u0041", "\\\\\\udc00"])
def test_half_a_character_in_json_is_told_at_its_place(half: str) -> None:
    text = document(stream({"const": "a"})).decode().replace('"a"', f'"{half}"')
    finding = the_finding(text.replace('"const"', '\n"const"'), "Stream")
    assert (finding.rule, finding.line) == ("openapi/encoding", 2)


@pytest.mark.parametrize("whole", ["\\ud83d\\ude00", "\\\\ud800", "\\u0041"])
def test_a_whole_character_in_json_may_be_escaped(whole: str) -> None:
    text = document(stream({"const": "a"})).decode().replace('"a"', f'"{whole}"')
    assert findings(text, "Stream") == []


def test_what_is_wrong_in_json_is_told_at_its_schema() -> None:
    schemas = stream(ref("Note"), Note={"type": "text"})
    text = json.dumps(json.loads(document(schemas)), indent=1)
    lines = text.splitlines()
    finding = the_finding(text)
    assert '"Note"' in lines[finding.line - 1]


def test_all_that_is_wrong_is_told_at_once() -> None:
    properties = {"a": {"type": "text"}, "b": {"$ref": "other.yaml"}, "c": ref("Nowhere")}
    told = findings(document(stream({"type": "object", "properties": properties})))
    assert {f.rule for f in told} == {"openapi/schema", "openapi/remote", "openapi/reference"}


def test_old_nullable_is_read_as_it_was_meant_and_told_once() -> None:
    nullable = {"type": "string", "nullable": True}
    data = {"type": "object", "properties": {"a": nullable, "b": nullable}}
    finding = the_finding(document(stream(data)))
    assert (finding.rule, finding.level) == ("openapi/nullable", "warning")
    assert findings(document(stream(data), "3.0.3")) == []


# --- recursion, size, bombs -----------------------------------------------------------------------


def test_types_may_lead_to_themselves() -> None:
    tree = {"type": "object", "properties": {"left": ref("Tree"), "all": {"items": ref("Tree")}}}
    assert changes(stream(ref("Tree"), Tree=tree), stream(ref("Tree"), Tree=tree)) == []


@pytest.mark.parametrize(
    "knot",
    [
        {"allOf": [ref("Knot"), TEXT]},
        {"allOf": [ref("Other")]},
        {**ref("Knot"), "type": "object"},
    ],
    ids=str,
)
def test_a_type_that_is_composed_of_itself_is_told(knot: dict[str, Any]) -> None:
    other = {"allOf": [ref("Knot"), {"type": "object"}]}
    told = findings(document(stream(ref("Knot"), Knot=knot, Other=other)))
    assert {finding.rule for finding in told} == {"openapi/endless"}


@pytest.mark.parametrize("loop", [ref("Loop"), {"oneOf": [ref("Loop"), ref("Loop")]}], ids=str)
def test_a_type_that_is_nothing_but_itself_ends(loop: dict[str, Any]) -> None:
    found, _ = read_openapi(document(stream(ref("Loop"), Loop=loop)), "api", "Stream")
    assert found is None or compare(found, found).changes == ()


def test_types_that_meet_without_an_end_are_told() -> None:
    one = {"type": "object", "properties": {"x": {"allOf": [ref("One"), ref("Two")]}}}
    two = {
        "type": "object",
        "properties": {"x": {"allOf": [ref("Two"), ref("One")]}},
        "required": ["x"],
    }
    told = findings(document(stream(ref("One"), One=one, Two=two)))
    assert {finding.rule for finding in told} == {"openapi/endless"}


@pytest.mark.parametrize("inner", [ref("Last"), {"allOf": [ref("Last"), {"type": "object"}]}])
def test_a_long_chain_of_references_is_followed(inner: dict[str, Any]) -> None:
    chain = {f"T{at}": ref(f"T{at + 1}") for at in range(5000)} | {"T5000": inner}
    note = {"type": "object", "properties": {"x": TEXT}}
    assert changes(stream(note), stream(ref("T0"), **chain, Last=note)) == []


@pytest.mark.parametrize(
    "beside", [[], [{"type": "object"}], [{"allOf": [{"allOf": [{"minProperties": 1}, CAT]}, CAT]}]]
)
def test_a_long_chain_of_compositions_is_read_or_told_once(beside: list[Any]) -> None:
    chain = {f"T{at}": {"allOf": [ref(f"T{at + 1}"), *beside]} for at in range(5000)}
    data = {"allOf": [ref("T0"), {"type": "object"}]}
    finding = the_finding(document(stream(data, **chain, T5000=CAT)), "Stream")
    assert finding.rule == "openapi/size"
    assert "lead to each other" in finding.message


@pytest.mark.parametrize("length", [4, 20, 40])
def test_unions_that_multiply_are_told_at_once(length: int) -> None:
    def chain(at: int) -> dict[str, Any]:
        sides = [{"type": "object", "properties": {f"{side}{at}": TEXT}} for side in "ab"]
        return {"allOf": [{"anyOf": sides}, ref(f"T{at + 1}")]}

    schemas = {f"T{at}": chain(at) for at in range(length)} | {f"T{length}": CAT}
    begun = time.process_time()
    told = findings(document(stream(ref("T0"), **schemas)), "Stream")
    assert [finding.rule for finding in told] == (["openapi/size"] if length > 4 else [])
    assert time.process_time() - begun < 10


def test_a_document_that_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "MAX_BYTES", 2 * 1024 * 1024)
    finding = the_finding(b"#" * (2 * 1024 * 1024 + 1))
    assert finding.rule == "openapi/size"
    assert "2 MiB" in finding.message


def test_more_schemas_than_anybody_needs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threadwire_generator.change.json_schema.MAX_SCHEMAS", 50)
    many = {"type": "object", "properties": {f"p{at}": TEXT for at in range(60)}}
    assert {f.rule for f in findings(document(stream(many)), "Stream")} == {"openapi/size"}


@pytest.mark.parametrize(
    "text",
    [
        "openapi: 3.1.0\nx: " + "[" * 20_000,
        "openapi: 3.1.0\nx: " + "{a: " * 20_000,
        "openapi: 3.1.0\nx:\n" + "".join(f"{' ' * at}a:\n" for at in range(1, 2000)),
        '{"openapi": "3.1.0", "x": ' + "[" * 5_000 + "]" * 5_000 + "}",
        '{"openapi": "3.1.0", "x": ' + '{"a": ' * 150 + "1" + "}" * 150 + "}",
    ],
    ids=lambda text: text[15:30],
)
def test_deep_nesting_is_told(text: str) -> None:
    assert the_finding(text).rule == "openapi/depth"


def test_aliases_that_multiply_cost_nothing() -> None:
    bomb = "x0: &x0 [a, a]\n" + "".join(
        f"x{at}: &x{at} [{', '.join([f'*x{at - 1}'] * 9)}]\n" for at in range(1, 60)
    )
    begun = time.process_time()
    assert findings(PLAIN + bomb) == []
    assert time.process_time() - begun < 5  # it would take longer than anybody lives


def test_unions_in_unions_that_no_tag_tells_apart_cost_little() -> None:
    def chain(length: int, word: str) -> dict[str, Any]:
        return {
            f"{word}{at}": {
                "anyOf": [
                    {"type": "object", "properties": {side: ref(f"{word}{at + 1}")}}
                    for side in ("left", "right", "both")
                ]
            }
            for at in range(length)
        } | {f"{word}{length}": TEXT}

    old, new = (stream(ref(f"{word}0"), **chain(40, word)) for word in ("A", "B"))
    begun = time.process_time()
    assert difference(old, new).changes == ()
    assert time.process_time() - begun < 10


def test_a_long_chain_of_types_is_walked() -> None:
    length = 3000
    old = {
        f"T{at}": {"type": "object", "properties": {"x": ref(f"T{at + 1}")}} for at in range(length)
    }
    new = {**old, f"T{length}": {"type": "integer"}}
    assert [
        row[0]
        for row in changes(
            stream(ref("T0"), **old, **{f"T{length}": TEXT}), stream(ref("T0"), **new)
        )
    ] == [f"T{length}"]


KEYWORDS = [
    *("type", "properties", "required", "items", "oneOf", "anyOf", "allOf", "$ref", "enum"),
    *("const", "nullable", "minimum", "additionalProperties", "maxLength", "discriminator"),
    *("propertyName", "mapping", "not", "a"),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["object", "string", "Note", "#/components/schemas/Note", "Stream"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(KEYWORDS),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(JSON, JSON)
@example({"enum": [10**400, 1.5]}, {"type": "integer", "const": 10**400})
@example({"enum": [float("nan")]}, {"minimum": float("inf")})
def test_whatever_a_schema_is_it_is_read_or_told(one: Any, other: Any) -> None:
    read = [
        read_openapi(document(stream(ref("Note"), Note=note)), "api", "Stream")
        for note in (one, other)
    ]
    for found, told in read:
        assert (found is None) == any(finding.is_error for finding in told)
        assert found is None or compare(found, found).changes == ()
    if read[0][0] is not None and read[1][0] is not None:
        compare(read[0][0], read[1][0])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_a_document_is_it_is_read_or_told(data: st.DataObject) -> None:
    text = PLAIN
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        until = data.draw(st.integers(at, min(len(text), at + 12)))
        piece = data.draw(st.sampled_from(["", " ", "\n", "  ", ": ", "- ", "&a ", "*a", "{", "]"]))
        text = text[:at] + piece + text[until:]
    found, told = read_openapi(text.encode(), "api.yaml")
    assert (found is None) == any(finding.is_error for finding in told)
    assert all(re.match(r"api\.yaml:\d+:\d+ openapi/", format_finding(each)) for each in told)
