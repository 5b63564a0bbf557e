from __future__ import annotations

import ast
import copy
import dataclasses
import json
import keyword
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from threadwire_generator import resources
from threadwire_generator.build import read_spec, read_spec_files
from threadwire_generator.findings import Finding, format_finding
from threadwire_generator.lint import RULES
from threadwire_generator.load import load_files
from threadwire_generator.rules import names
from threadwire_generator.spec import Spec

BASE = Path(__file__).parent / "bad_specs" / "_base"

HOSTILE = [
    "__class__",
    "__init_subclass__",
    "import",
    "None",
    "match",
    "self",
    "x); import os; (",
    '"',
    "'",
    '"""',
    "'''",
    '"""\nimport os\n"""',
    "\\",
    '\\"""',
    "\n",
    "a\nb",
    "\n\n# coding: rot13",
    "{{ self }}",
    "{% raw %}",
    "{# #}",
    "{0}{name}%s%(x)s$x",
    "</script><!--",
    "`` | * _ [x](y)",
    "😀𝒳",
    "ＡＢＣ",
    "ﬁ",
    "../../etc/passwd",
    "C:\\con.yaml",
    "",
    " ",
    "\t",
    "a" * 5000,
]
UNSEEN = ["\0", "a\0b", "\r", "\x1b[2J", "\x85", "\u2028", "\u202e", "\ufeff", "\x7f"]


def base() -> dict[str, Any]:
    documents, findings = load_files({path.name: path.read_bytes() for path in BASE.iterdir()})
    assert findings == []
    return {document.name: copy.deepcopy(document.data) for document in documents}


def read(data: dict[str, Any]) -> tuple[Spec | None, list[Finding]]:
    """Reads data by way of JSON, which is YAML."""
    return read_spec_files({name: json.dumps(value).encode() for name, value in data.items()})


def rules(data: dict[str, Any]) -> set[str]:
    return {finding.rule for finding in read(data)[1]}


def places(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield steps
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*steps, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*steps, index))


def at(value: Any, steps: tuple[Any, ...]) -> Any:
    for step in steps:
        value = value[step]
    return value


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def renamed(value: Any, old: str, new: str) -> Any:
    """The data with one string for another, in keys and values, wherever it stands."""
    if isinstance(value, dict):
        return {renamed(key, old, new): renamed(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, old, new) for item in value]
    return new if value == old else value


def code_names(spec: Spec) -> Iterator[str]:
    """What targets make code of."""
    yield from (spec.package, spec.union, *spec.types)
    yield from (event.class_name for event in spec.events)
    for named in spec.types.values():
        yield named.file
        yield getattr(named, "tag", "tag")
        yield from (field.name or field.wire_name for field in getattr(named, "fields", ()))


def assert_safe(spec: Spec | None, findings: list[Finding]) -> None:
    assert (spec is None) == any(finding.is_error for finding in findings)
    for finding in findings:
        assert finding.cure
        assert "\n" not in format_finding(finding)
        assert format_finding(finding).isprintable()
    for name in code_names(spec) if spec else ():
        assert name.isascii()
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert not name.startswith("_")


# --- the table ------------------------------------------------------------------------------------


def test_every_rule_has_an_id_of_its_own_and_a_purpose() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.id == rule.id.lower()
        assert rule.purpose.endswith(".")
        assert rule.check.__doc__


def test_a_warning_does_not_stop_the_reading() -> None:
    data = base()
    data["fault.yaml"]["Fault"]["description"] = "No full stop"
    spec, (finding,) = read(data)
    assert spec is not None
    assert (finding.rule, finding.level) == ("description-form", "warning")


# --- what is allowed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "way",
    [
        {"type": "array", "items": {"$ref": "Rain"}},
        {"type": "object", "additionalProperties": {"$ref": "Rain"}},
        {"anyOf": [{"$ref": "Rain"}, {"type": "null"}]},
        {"$ref": "Reading"},  # an open union: an object with another tag is the end
    ],
)
def test_a_type_may_hold_itself_where_that_can_end(way: dict[str, Any]) -> None:
    data = base()
    data["reading.yaml"]["Rain"]["properties"]["next"] = {**way, "description": "What came next."}
    data["reading.yaml"]["Rain"]["required"].append("next")
    spec, findings = read(data)
    assert findings == []
    assert spec is not None


def test_a_type_may_hold_itself_in_a_member_that_can_be_left_out() -> None:
    data = base()
    data["reading.yaml"]["Rain"]["properties"]["next"] = {
        "$ref": "Rain",
        "description": "What came next.",
    }
    assert rules(data) == set()


def test_a_protocol_without_a_life_cycle_an_error_and_an_end_is_one() -> None:
    data = base()
    del data["lifecycle.yaml"]
    protocol = data["protocol.yaml"]
    del protocol["error"], protocol["source"], protocol["events"]["bye"]
    protocol["end"] = "eof"
    spec, findings = read(data)
    assert findings == []
    assert spec is not None
    assert (spec.end, spec.error, spec.source, spec.lifecycles) == (None, None, None, ())


def test_a_member_of_the_data_can_name_the_event() -> None:
    data = base()
    data["protocol.yaml"]["selector"] = {"in": "data", "member": "type"}
    text = {"type": "string", "description": "Names the event."}
    for file, name in (("report.yaml", "Report"), ("piece.yaml", "ReportPiece")):
        data[file][name]["required"].append("type")
        data[file][name]["properties"]["type"] = dict(text)
    data["piece.yaml"]["ReportPiece"]["properties"]["type"]["merge"] = "replace"
    data["fault.yaml"]["Fault"]["required"] = ["type"]
    data["fault.yaml"]["Fault"]["properties"]["type"] = {
        "const": "fault",
        "description": "Names the event.",
    }
    spec, findings = read(data)
    assert findings == []
    assert spec is not None
    assert spec.selector == "type"


# --- long and crooked specs -----------------------------------------------------------------------


@pytest.mark.parametrize("closed", [False, True])
def test_a_long_chain_of_types_is_no_deep_stack(closed: bool) -> None:
    length = 5_000
    chain: dict[str, Any] = {
        f"T{n}": {"description": "One of many.", "$ref": f"T{n + 1}"} for n in range(length)
    }
    chain[f"T{length}"] = {"description": "The last one.", "type": "string"}
    if closed:
        chain[f"T{length}"] = {"description": "The first again.", "$ref": "T0"}
    data = base() | {"chain.yaml": chain}
    data["fault.yaml"]["Fault"]["properties"]["chain"] = {"$ref": "T0", "description": "All of it."}
    assert rules(data) == ({"reference-loop"} if closed else set())


def test_a_long_loop_of_parts_is_one_finding() -> None:
    data = base()
    parts = data["lifecycle.yaml"]["parts"]
    for n in range(3000):
        parts[f"p{n}"] = {"evidence": "seen", "order": [{"part": f"p{(n + 1) % 3000}"}]}
    parts["hour"]["order"].append({"part": "p0"})
    assert [finding.rule for finding in read(data)[1]] == ["part-loop"]


def test_no_change_of_one_node_makes_a_rule_raise() -> None:
    chance = random.Random(20260821)
    values: list[Any] = [None, True, 0, 1.5, "", "x", [], {}, ["x"], {"x": "y"}, [{}], [[]]]
    for steps in places(base()):
        for value in chance.sample(values, 2):
            data = base()
            if steps:
                at(data, steps[:-1])[steps[-1]] = value
            assert_safe(*read(data))
        if steps:
            data = base()
            del at(data, steps[:-1])[steps[-1]]
            assert_safe(*read(data))


def test_no_mixture_of_mistakes_makes_a_rule_raise() -> None:
    """Rules meet what passes the check of shapes, however little sense it makes."""
    chance = random.Random(20260822)
    pool = [*sorted(set(strings([*base().values()]))), *HOSTILE[:12]]
    linted = 0
    for _ in range(500):
        data = base()
        for _ in range(chance.randint(1, 6)):
            leaves = [s for s in places(data) if s and not isinstance(at(data, s), (dict, list))]
            steps = chance.choice(leaves)
            parent = at(data, steps[:-1])
            match chance.randint(0, 3):
                case 0:
                    del parent[steps[-1]]
                case 1 if isinstance(parent, dict) and len(steps) > 1:
                    parent[chance.choice(pool)] = parent.pop(steps[-1])
                case 2 if len(steps) > 2 and isinstance(steps[-2], str):
                    grand = at(data, steps[:-2])
                    grand[chance.choice(pool)] = grand.pop(steps[-2])
                case _:
                    parent[steps[-1]] = chance.choice(pool)
        spec, findings = read(data)
        assert_safe(spec, findings)
        linted += all("/" not in finding.rule for finding in findings)
    assert linted > 80


# --- hostile strings ------------------------------------------------------------------------------


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: repr(text[:20]))
def test_a_hostile_string_is_a_finding_or_plain_data(hostile: str) -> None:
    """It is put for strings of the base, a seventh of them in turn, wherever these stand."""
    turn = HOSTILE.index(hostile) % 7
    for old in sorted(set(strings([*base().values()])))[turn::7]:
        data = {name: renamed(value, old, hostile) for name, value in base().items()}
        spec, findings = read(data)
        assert_safe(spec, findings)
        if spec is not None:
            assert hostile in set(strings(dataclasses.asdict(spec))) or old == hostile


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
def test_a_character_that_does_not_show_is_always_a_finding(unseen: str) -> None:
    data = base()
    for name in data:
        for old in sorted(set(strings(data[name])))[UNSEEN.index(unseen) :: 9]:
            changed = renamed(data[name], old, unseen)
            for text in (json.dumps(changed), json.dumps(changed, ensure_ascii=False)):
                files = {other: json.dumps(value).encode() for other, value in data.items()}
                spec, findings = read_spec_files(files | {name: text.encode()})
                assert spec is None
                assert findings[0].rule == "load/control-character"
                assert_safe(spec, findings)


def test_a_wire_name_that_is_code_is_carried_as_data() -> None:
    data = base()
    wire = 'x"""); import os; ("""{{ 7 * 7 }}\\'
    data["fault.yaml"]["Fault"]["properties"][wire] = {
        "type": "string",
        "name": "odd",
        "description": 'Says """ and {% x %}.',
    }
    spec, findings = read(data)
    assert findings == []
    assert spec is not None
    field = next(field for field in spec.types["Fault"].fields if field.name == "odd")  # type: ignore[union-attr]
    assert (field.wire_name, field.description) == (wire, 'Says """ and {% x %}.')


def test_a_file_name_that_is_code_is_a_finding(tmp_path: Path) -> None:
    for path in BASE.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "x); import os; (.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "two\nlines.yaml").write_text("{}\n", encoding="utf-8")
    spec, findings = read_spec(tmp_path)
    assert [finding.rule for finding in findings] == ["file-name-bad", "file-name-bad"]
    assert_safe(spec, findings)


def test_files_that_differ_in_capitals_are_a_finding() -> None:
    data = base() | {"faulT.yaml": {}}
    assert rules(data) == {"name-collision", "file-name-bad"}


# --- names that a package needs for itself --------------------------------------------------------


def test_every_attribute_of_a_model_is_refused_as_a_field() -> None:
    public = {name for name in dir(BaseModel) if not name.startswith(("_", "model_"))}
    assert public <= names.MODEL_ATTRIBUTES


def runtime_modules() -> dict[str, ast.Module]:
    texts = resources.target_texts("python", "runtime", ".py")
    return {name.removesuffix(".py"): ast.parse(text) for name, text in texts.items()}


def test_no_type_can_have_the_name_of_a_class_of_the_package() -> None:
    modules = runtime_modules()
    del modules["events"]  # it stands for the generated one, and has events of its own
    defined = {
        node.name
        for module in modules.values()
        for node in module.body
        if isinstance(node, ast.ClassDef) and node.name[0].isupper()
    }
    private = {"Block", "Framer"}  # no module of types, and no user, imports these
    assert defined - private <= names.RESERVED


def test_no_file_of_types_can_have_the_name_of_a_module_of_the_package() -> None:
    assert runtime_modules().keys() - {"__init__"} <= names.RESERVED_MODULES
