"""A spec is somebody else's text: none of it becomes code, and none of it is lost.

Whatever stands in a spec, either lint refuses it, or the generated package holds that very text.
`HOSTILE` goes through the target alone, past lint, so that neither relies on the other; names go
through lint first, for with these lint is the guard.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import functools
import itertools
import json
import keyword
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pydantic
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages import PIPELINE, accepted, imported, python_plan, spec_in, thing, tiny_files
from threadwire_generator.build import read_spec_files
from threadwire_generator.plan import PlanError, merge
from threadwire_generator.spec import (
    AliasType,
    Const,
    EndEvent,
    EnumType,
    ErrorShape,
    Event,
    Field,
    MapOf,
    Mark,
    MixedType,
    NamedType,
    ObjectType,
    Ref,
    Scalar,
    Spec,
    UnionType,
)

CANARY = "THREADWIRE_CANARY"
INJECTED = f"import builtins; builtins.{CANARY} = True"

HOSTILE = {
    "quote": 'a "quoted" word',
    "apostrophe": "it's a 'word'",
    "quote first": '"a',
    "quote last": 'a"',
    "triple quote": 'a """ b',
    "triple quote first": '"""a',
    "triple quote last": 'a"""',
    "four quotes": 'a""""',
    "seven quotes": '"""""""',
    "other triple quote": "a ''' b'''",
    "backslash": "a \\ b",
    "backslash first": "\\a",
    "backslash last": "a\\",
    "two backslashes last": "a\\\\",
    "backslash and quote": 'a\\"',
    "backslash and triple quote": 'a\\"""',
    "escapes": "\\n \\x41 \\u0041 \\101 \\",
    "named character": "a \\N{BULLET} \\N{nothing}",
    "newline": "a\nb",
    "newlines": "\n\na\n\n\nb\n\n",
    "carriage return": "a\rb\r\nc",
    "indented lines": "a\n    b\n  c\n\td",
    "backslash and newline": "a\\\nb",
    "tab": "a\tb",
    "form feed": "a\fb",
    "vertical tab": "a\vb",
    "file separator": "a\x1cb\x1dc\x1ed",
    "nul": "a\0b",
    "delete": "a\x7fb",
    "escape": "a\x1b[31mb",
    "next line": "a\x85b",
    "c1 controls": "a\x80b\x9fc",
    "line separator": "a\u2028b\u2029c",
    "right to left": "a\u202eb\u200fc\u2067d",
    "zero width": "a\u200bb\ufeffc\u200dd",
    "beyond the plane": "a \U0001f3d7 \U0010fffd b",
    "not a character": "a\uffffb\ufffec",
    "combining": "e\u0301 \u212b",
    "expression": "a {{ 7 * 7 }} b",
    "statement": "a {% for x in y %} b {% endfor %}",
    "jinja comment": "a {# b #} c #}",
    "jinja raw": "{% raw %} {{ a }} {% endraw %}",
    "jinja attributes": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "f-string": "a {b} {0} {b!r:>{w}} %s %(c)s %% $d ${e}",
    "comment": "a # b",
    "hash first": "# a",
    "coding line": "# -*- coding: latin-1 -*-",
    "fmt off": "# fmt: off\na   =  1",
    "type ignore": "a  # type: ignore",
    "code in a docstring": f'"""\n{INJECTED}\n"""',
    "code after a docstring": f'a"""\n    {INJECTED}\n    """b',
    "code in a literal": f'a"]; {INJECTED}; x = ["',
    "code in an annotation": f"a']; {INJECTED} #",
    "code by interpolation": f'{{{{ "{INJECTED}" }}}}',
    "code as a call": f'" + __import__("builtins").__setattr__("{CANARY}", 1) + "',
    "blank": " ",
    "long": "word " * 400,
    "long and unbroken": "w" * 3000,
}

HERE = Mark("text.yaml", 1, 1)


def spec_with(text: str) -> Spec:
    """A spec with this text in every place that holds a text."""
    object_: dict[str, Any] = {"file": "things", "description": text, "mark": HERE}
    string = Scalar(("string",))

    def field(wire_name: str, shape: Any, required: bool = False, **more: Any) -> Field:
        return Field(wire_name, shape, False, required, text, HERE, evidence=(text,), **more)

    types: tuple[NamedType, ...] = (
        ObjectType(
            "Thing",
            fields=(
                field("constant", Const(text), required=True),
                field(text, string, name="odd_name"),
                field("word", Ref("Word")),
                field("closed", Ref("ClosedWord")),
                field("part", Ref("Part")),
                field("texts", Ref("Texts")),
                field("either", Ref("Either")),
                field("self_", Ref("Thing"), name="itself"),
            ),
            evidence=(text,),
            **object_,
        ),
        EnumType("Word", values=(text, f"{text}2"), open=True, **object_),
        EnumType("ClosedWord", values=(text, f"{text}2"), open=False, **object_),
        UnionType("Part", tag="type", variants=("One", "Other"), open=True, **object_),
        ObjectType("One", fields=(field("type", Const(text), required=True),), **object_),
        ObjectType("Other", fields=(field("type", Const(f"{text}2"), required=True),), **object_),
        AliasType("Texts", shape=MapOf(string), **object_),
        MixedType("Either", members=(string, Ref("One")), **object_),
        ObjectType("Trouble", fields=(field(text, string, name="words"),), **object_),
    )
    return dataclasses.replace(
        spec_in(PIPELINE),
        protocol=f"p {text}",
        title=text,
        description=text,
        selector=None,
        end=EndEvent(f"end {text}", text),
        error=ErrorShape(f"error {text}", text_as=text, wrapped_in=text),
        events=(
            Event(text, "ThingCame", "Thing", text, HERE, status=text, ends=("object",)),
            Event(f"error {text}", "Failed", "Trouble", text, HERE, ends=("stream",)),
            Event(f"end {text}", "Over", None, text, HERE, ends=("stream",)),
        ),
        types={named.name: named for named in types},
        lifecycles=(),
        streams=(),
        parts={},
    )


@pytest.fixture(autouse=True)
def canary() -> Iterator[None]:
    """Nothing that stands in a spec has run when a test is over."""
    yield
    alive = not hasattr(builtins, CANARY)
    if not alive:
        delattr(builtins, CANARY)
    assert alive, "text of a spec was run as code"


def test_the_canary_dies_of_the_code_that_is_injected() -> None:
    exec(INJECTED)
    assert hasattr(builtins, CANARY)
    delattr(builtins, CANARY)


def skeleton(text: str) -> str:
    """What code is left when every string in it is the same."""

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.Constant:
            return ast.Constant("" if isinstance(node.value, str) else node.value)

    return ast.dump(Blank().visit(ast.parse(text)))


def squeezed(text: str) -> str:
    return "".join(text.split())


@functools.cache
def plan_with(text: str) -> Mapping[str, str]:
    """The package of the spec that is full of this text."""
    return python_plan(spec_with(text))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_changes_the_code_around_it(text: str) -> None:
    plan, harmless = plan_with(text), plan_with("harmless")
    assert set(plan) == set(harmless)
    for path, code in plan.items():
        assert "\r" not in code, path
        if path.endswith(".py"):
            assert skeleton(code) == skeleton(harmless[path]), path
        first = code.split("\n")[0]
        assert not code or "Generated by threadwire" in first, path
    merge({"python": plan})


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_text_is_in_the_package_as_it_is_in_the_spec(text: str, tmp_path: Path) -> None:
    with imported(plan_with(text), tmp_path) as package:
        assert list(package.EVENT_TYPES) == [text, f"error {text}", f"end {text}"]
        assert package.ThingCame.event == text
        facts = package.decoder.PROTOCOL
        assert (facts.end_event, facts.end_data) == (f"end {text}", text)
        assert (facts.error_event, facts.error_text) == (f"error {text}", text)
        assert facts.error_member == text

        fields = package.Thing.model_fields
        assert fields["odd_name"].alias == text
        assert get_args(fields["constant"].annotation) == (text,)
        assert get_args(get_args(package.Word)[0])[0] == get_args(package.Word.__args__[0])[0]
        assert get_args(get_args(get_args(package.Word)[0])[0]) == (text, f"{text}2")
        assert get_args(package.ClosedWord) == (text, f"{text}2")

        data = {
            "constant": text,
            text: "odd",
            "word": f"{text}2",
            "closed": text,
            "part": {"type": f"{text}2"},
            "either": {"type": text},
            "texts": {text: text},
            "self_": {"constant": text},
        }
        if len(data) == 8:  # the text is no name of another member
            event = package.decode_event(text, json.dumps(data))
            assert type(event) is package.ThingCame
            assert (event.data.odd_name, type(event.data.part)) == ("odd", package.Other)
            assert json.loads(package.data_text(event)) == data
        fault = package.decode_event(f"error {text}", "what happened")
        assert fault.data.words == "what happened"

        for name in ("Thing", "One", "Trouble", "ThingCame", "Over"):
            assert squeezed(text) in squeezed(getattr(package, name).__doc__ or ""), name
        assert squeezed(text) in squeezed(package.__doc__)
        assert squeezed(text) in squeezed(package.events.__doc__)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_description_is_a_docstring_below_what_it_describes(text: str) -> None:
    tree = ast.parse(plan_with(text)["python/pipeline_events/models/things.py"])
    for node in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
        for above, below in itertools.pairwise(node.body):
            if isinstance(above, ast.AnnAssign) and ast.unparse(above) != "type: str":
                assert isinstance(below, ast.Expr)
                assert isinstance(below.value, ast.Constant)
                assert squeezed(text) in squeezed(str(below.value.value))


@pytest.mark.parametrize("text", ["a\ud800b", "\udfff"])
def test_half_a_character_is_refused_before_it_is_written(text: str) -> None:
    with pytest.raises((PlanError, UnicodeEncodeError)):
        merge({"python": python_plan(spec_with(text))})


NO_NAMES = ["", "a b", "a-b", "class", "None", "x: int\n    import os", "A(B)", "A;B", "A#", "1A"]


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("place", ["type", "event", "union", "field", "tag"])
def test_what_is_no_name_is_never_written_where_a_name_stands(place: str, name: str) -> None:
    spec = spec_with("harmless")
    types = dict(spec.types)
    thing_, part = types["Thing"], types["Part"]
    assert isinstance(thing_, ObjectType)
    if place == "type":
        types[name] = dataclasses.replace(thing_, name=name)
    elif place == "field":
        odd = dataclasses.replace(thing_.fields[1], name=name or " ")
        types["Thing"] = dataclasses.replace(thing_, fields=(odd,))
    elif place == "tag":
        types["Part"] = dataclasses.replace(part, tag=name)
    elif place == "event":
        event = dataclasses.replace(spec.events[0], class_name=name)
        spec = dataclasses.replace(spec, events=(event, *spec.events[1:]))
    else:
        spec = dataclasses.replace(spec, union=name)
    with pytest.raises(ValueError, match="no name"):
        python_plan(dataclasses.replace(spec, types=types))


@pytest.mark.parametrize(
    "package", ["..", "../evil", "a/../../evil", "/evil", "a\\b", "con", "a\nb"]
)
def test_no_package_is_written_outside_the_out_folder(package: str) -> None:
    spec = dataclasses.replace(spec_with("harmless"), package=package)
    with pytest.raises((PlanError, ValueError)):
        merge({"python": python_plan(spec)})


# --- through the whole road -----------------------------------------------------------------------

TEXTS = """
Thing:
  description: {text}
  required: [kind]
  properties:
    kind: {{const: {text}, description: {text}}}
    {text}: {{type: string, name: odd_name, description: Oddly named.}}
    word: {{$ref: Word, description: {text}}}
Word: {{description: A word., enum: [{text}], open: false}}
"""


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_written_in_yaml_a_text_is_refused_or_kept(text: str, tmp_path: Path) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    files = tiny_files(
        TEXTS.format(text=quoted),
        events=f"thing: {{class: ThingCame, payload: Thing, when: {quoted}}}\n"
        f"{quoted}: {{class: OtherCame, payload: Thing, when: It came.}}",
    )
    spec = accepted(files)
    if spec is None:
        return
    with imported(python_plan(spec), tmp_path) as package:
        assert list(package.EVENT_TYPES) == ["thing", text]
        event = thing(package, json.dumps({"kind": text, text: "odd", "word": text}))
        assert (event.data.kind, event.data.odd_name, event.data.word) == (text, "odd", text)
        assert squeezed(text) in squeezed(package.Thing.__doc__)


# --- names: what lint lets through can be imported ------------------------------------------------


def _names_of_the_package() -> set[str]:
    """Every name that code of a generated package uses, and every attribute of a model."""
    plan = python_plan(spec_in(PIPELINE))
    names: set[str] = set(dir(pydantic.BaseModel))
    for path, text in plan.items():
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Name):
                    names.add(node.id)
                elif isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.alias)):
                    names.add(node.name)
                elif isinstance(node, ast.Attribute):
                    names.add(node.attr)
    return names


TAKEN = sorted(
    {*_names_of_the_package(), *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
    | {"Thing", "ThingCame", "TinyEvent", "tiny_events", "things", "UnknownPart", "__init__"}
)
NAMES = st.one_of(
    st.sampled_from(TAKEN),
    st.sampled_from(TAKEN).map(lambda name: f"{name}_"),
    st.sampled_from(sorted(HOSTILE.values())),
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True),
    st.text(max_size=6),
)
CLASS_NAMES = st.one_of(
    st.sampled_from([name for name in TAKEN if name[:1].isupper()]),
    st.from_regex(r"[A-Z][A-Za-z0-9]{0,6}", fullmatch=True),
    NAMES,
)
SCHEMAS: list[dict[str, Any]] = [  # between them they use all that annotations are made of
    {"type": "string"},
    {"type": ["string", "integer", "null"], "unit": "count"},
    {"type": "number", "unit": "ratio"},
    {"type": "boolean"},
    {},
    {"type": "array", "items": {"type": "integer"}, "unit": "count"},
    {"type": "object", "additionalProperties": {"$ref": "Part"}},
    {"$ref": "Part"},
    {"$ref": "Word"},
    {"anyOf": [{"$ref": "Thing"}, {"type": "null"}]},
]
LATER = {f"z{index}": schema for index, schema in enumerate(SCHEMAS)}
ONCE = {"deadline": None, "derandomize": True, "suppress_health_check": list(HealthCheck)}


def _fixed_types(tag: str = "type") -> dict[str, Any]:
    return {
        "Part": {
            "description": "One of two.",
            "oneOf": [{"$ref": "One"}, {"$ref": "Two"}],
            "tag": tag,
            "open": True,
        },
        "One": _object({tag: {"const": "1"}}, required=[tag]),
        "Two": _object({tag: {"const": "2"}}, required=[tag]),
        "Word": {"description": "A word.", "enum": ["a"], "open": True},
    }


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    described = {name: schema | {"description": "It is so."} for name, schema in properties.items()}
    return {"description": "An object.", "required": required, "properties": described}


def _importable(files: dict[str, str], folder: Path, tag: str = "type") -> bool:
    """Whether lint lets the spec through; if it does, its package is imported and used."""
    spec = accepted(files)
    if spec is None:
        return False
    plan = python_plan(spec)
    merge({"python": plan})
    values = ["a", 3, 0.5, True, [None], [1], {"a": {tag: "1"}}, {tag: "2"}, "b", {}]
    data = dict(zip(LATER, values, strict=True))
    with imported(plan, folder) as package:
        assert set(package.__all__) <= set(dir(package))
        for name in package.EVENT_TYPES:
            event = package.decode_event(name, json.dumps(data))
            assert type(event) is package.EVENT_TYPES[name].event
            assert json.loads(package.data_text(event)) == data
    return True


@st.composite
def _fields(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
    renamed = draw(st.booleans())
    fields: dict[str, Any] = {}
    for name in names:
        schema = dict(draw(st.sampled_from(SCHEMAS)))
        if renamed:
            schema["name"] = draw(NAMES)
        fields[name] = schema
    return fields


def test_a_field_may_have_any_name_that_lint_lets_through(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    passed = 0

    @settings(max_examples=120, **ONCE)
    @given(_fields())
    def run(fields: dict[str, Any]) -> None:
        nonlocal passed
        types = {"Thing": _object(fields | LATER, required=[]), **_fixed_types()}
        passed += _importable(tiny_files(json.dumps(types)), tmp_path_factory.mktemp("fields"))

    run()
    assert passed > 10


def test_a_field_may_have_any_name_of_python_or_the_package_that_lint_lets_through(
    tmp_path: Path,
) -> None:
    def files(names: Iterable[str]) -> dict[str, str]:
        fields = {name: {"type": "string"} for name in names}
        types = {"Thing": _object(fields | LATER, []), **_fixed_types()}
        return tiny_files(json.dumps(types, indent=1))

    every = files(TAKEN)
    lines = every["things.yaml"].split("\n")
    _, findings = read_spec_files({name: text.encode() for name, text in every.items()})
    refused = {lines[finding.line - 1].split('"')[1] for finding in findings if finding.is_error}
    assert refused >= {"class", "None", "copy", "model_dump", "str", "Payload", "__init__"}
    assert {"print", "match", "id", "type", "object"} & refused == set()
    assert _importable(files(name for name in TAKEN if name not in refused), tmp_path)


DEFAULT_NAMES = {
    "type": "Widget",
    "event": "WidgetCame",
    "union": "TinyEvent",
    "tag": "type",
    "module": "others",
    "package": "tiny_events",
}


@st.composite
def _names(draw: st.DrawFn) -> dict[str, str]:
    """The names of a protocol, one of them hostile, so that many get as far as the target."""
    place = draw(st.sampled_from(sorted(DEFAULT_NAMES)))
    return DEFAULT_NAMES | {
        place: draw(CLASS_NAMES if place in ("type", "event", "union") else NAMES)
    }


def _protocol_of(names: Mapping[str, str]) -> dict[str, str]:
    quoted = {place: json.dumps(name) for place, name in names.items()}
    thing_ = _object({"widget": {"$ref": names["type"]}} | LATER, [])
    files = tiny_files(
        json.dumps({"Thing": thing_, **_fixed_types(names["tag"])}),
        events="thing: {class: ThingCame, payload: Thing, when: A thing came.}\n"
        f"widget: {{class: {quoted['event']}, payload: {quoted['type']}, when: It came.}}",
    )
    head = files["protocol.yaml"]
    head = head.replace("union: TinyEvent", f"union: {quoted['union']}")
    files["protocol.yaml"] = head.replace("package: tiny_events", f"package: {quoted['package']}")
    fields = {"x": {}, "y": {"type": ["string", "integer"], "unit": "code"}}
    files[f"{names['module']}.yaml"] = json.dumps({names["type"]: _object(fields, [])})
    return files


def test_classes_and_modules_may_have_any_name_that_lint_lets_through(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    passed = 0

    @settings(max_examples=120, **ONCE)
    @given(_names())
    def run(names: dict[str, str]) -> None:
        nonlocal passed
        folder = tmp_path_factory.mktemp("classes")
        passed += _importable(_protocol_of(names), folder, names["tag"])

    run()
    assert passed > 10
