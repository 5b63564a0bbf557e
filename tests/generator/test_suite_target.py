"""The target `suite`: what is derived, what is played, what it covers, and what is written.

The suites of two protocols are compiled once; a person judged the samples that stand here.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from packages import ASSISTANTS, PIPELINE, ROOT
from threadwire_generator.build import read_spec
from threadwire_generator.cases import Authored, Case, Retired, Revision, read_cases
from threadwire_generator.cli import run
from threadwire_generator.plan import merge
from threadwire_generator.spec import EndEvent, Mark, OrderItem, Part, Spec, StreamOrder
from threadwire_generator.targets.suite import Suite, compile_suite, derive, plan
from threadwire_generator.targets.suite.coverage import coverage
from threadwire_generator.targets.suite.derive import (
    DERIVATIONS,
    Derivation,
    DerivationError,
    derived,
)
from threadwire_generator.targets.suite.orders import ways
from threadwire_generator.targets.suite.reading import Reading
from threadwire_generator.targets.suite.transcripts import LARGEST, transcripts

WEATHER = Path(__file__).parent / "bad_specs" / "_base"
CASES = ROOT / "conformance" / "cases"
HERE = Mark("here", 1, 1)


def spec_in(folder: Path) -> Spec:
    spec, _ = read_spec(folder)
    assert spec is not None
    return spec


@pytest.fixture(scope="module")
def suite() -> Suite:
    spec = spec_in(ASSISTANTS)
    authored, findings = read_cases(CASES, spec)
    assert authored is not None, findings
    return compile_suite(spec, authored)


@pytest.fixture(scope="module")
def pipeline() -> Suite:
    return compile_suite(spec_in(PIPELINE))


@pytest.fixture(scope="module")
def files(suite: Suite) -> Mapping[str, str | bytes]:
    return suite.files()


@pytest.fixture(scope="module")
def document(files: Mapping[str, str | bytes]) -> Any:
    return json.loads(files["suite.json"])


def by_id(suite: Suite) -> dict[str, Case]:
    return {case.id: case for case in suite.cases}


def derivation(case: Case) -> str | None:
    found = [item for item in case.covers if item.startswith("derivation:")]
    return found[0].partition(":")[2] if found else None


# --- derived cases --------------------------------------------------------------------------------


def test_every_rule_of_derivation_yields_cases(suite: Suite, pipeline: Suite) -> None:
    found = {derivation(case) for case in (*suite.cases, *pipeline.cases)}
    assert {row.name for row in DERIVATIONS} | {"run"} == found - {None}


MESSAGE = "thread.message.delta"
PIECE = {"id": "message_1", "object": MESSAGE}
THREAD = {"id": "thread_1", "object": "thread", "metadata": None}

# Id, level, path of the refusal or None, and what the payload has that was said to be in it.
SAMPLES: list[tuple[str, str, str | None, Callable[[Any], bool]]] = [
    ("thread.created/minimal", "must", None, lambda d: d.keys() == {*THREAD, "created_at"}),
    (
        "thread.created/full",
        "must",
        None,
        lambda d: d["tool_resources"]["file_search"] == {"vector_store_ids": ["vector_store_1"]},
    ),
    ("thread.created/tool_resources/null", "must", None, lambda d: d["tool_resources"] is None),
    ("thread.created/metadata/null", "must", None, lambda d: d["metadata"] is None),
    (
        "thread.created/tool_resources.code_interpreter/absent",
        "must",
        None,
        lambda d: d["tool_resources"] == {"file_search": {}},
    ),
    ("thread.created/id/missing", "should", "$.id", lambda d: "id" not in d),
    ("thread.created/id/wrong-type-integer", "should", "$.id", lambda d: d["id"] == 7),
    ("thread.created/id/wrong-type-null", "should", "$.id", lambda d: d["id"] is None),
    (
        "thread.created/created_at/wrong-type-string",
        "should",
        "$.created_at",
        lambda d: d["created_at"] == "7",
    ),
    (
        "thread.created/created_at/wrong-type-boolean",
        "should",
        "$.created_at",
        lambda d: d["created_at"] is True,
    ),
    ("thread.created/created_at/fraction", "should", "$.created_at", lambda d: d["created_at"] % 1),
    (
        "thread.created/created_at/integral-float",
        "must",
        None,
        lambda d: isinstance(d["created_at"], float) and d["created_at"].is_integer(),
    ),
    (
        "thread.created/object/other-constant",
        "should",
        "$.object",
        lambda d: d["object"][:3] == "not",
    ),
    (
        "thread.created/metadata{}/wrong-type-integer",
        "should",
        "$.metadata.label",
        lambda d: d["metadata"] == {"label": 7},
    ),
    ("thread.created/member-unknown", "must", None, lambda d: "not_known_yet" in d),
    ("thread.created/member-unknown-kept", "should", None, lambda d: "not_known_yet" in d),
    ("thread.created/absent-is-not-null", "should", None, lambda d: "tool_resources" not in d),
    ("thread.created/null-is-not-absent", "should", None, lambda d: d["tool_resources"] is None),
    (
        f"{MESSAGE}/delta.content[]<text>.text.value/null",
        "must",
        None,
        lambda d: d["delta"]["content"][0]["text"]["value"] is None,
    ),
    (
        f"{MESSAGE}/delta.content[]/variant-unknown",
        "must",
        None,
        lambda d: d["delta"]["content"][0]["type"] == "not_known_yet",
    ),
    (
        f"{MESSAGE}/delta.content[]/tag-missing",
        "should",
        "$.delta.content[0].type",
        lambda d: "type" not in d["delta"]["content"][0],
    ),
    (
        f"{MESSAGE}/delta.content[]<text>/wrong-body",
        "should",
        "$.delta.content[0].index",
        lambda d: d == PIECE | {"delta": {"content": [{"type": "text"}]}},
    ),
    (
        f"{MESSAGE}/delta.content[]<text>.text/empty",
        "must",
        None,
        lambda d: d["delta"]["content"][0]["text"] == {"value": "", "annotations": []},
    ),
    (
        "thread.run.created/status/value-incomplete",
        "must",
        None,
        lambda d: d["status"] == "incomplete",
    ),
    ("thread.run.created/status/value-unknown", "must", None, lambda d: d["status"][:3] == "not"),
    ("thread.run.failed/minimal", "must", None, lambda d: d["status"] == "failed"),
    (
        "thread.run.created/tool_choice<object>/minimal",
        "must",
        None,
        lambda d: d["tool_choice"] == {"type": "function"},
    ),
    (
        "thread.run.created/tool_choice<string>/value-none",
        "must",
        None,
        lambda d: d["tool_choice"] == "none",
    ),
    (
        "thread.run.created/tool_choice/wrong-type-array",
        "should",
        "$.tool_choice",
        lambda d: d["tool_choice"] == [],
    ),
    ("error/code/type-integer", "must", None, lambda d: d["code"] == 429),
    ("error/minimal", "must", None, lambda d: d == {}),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample[0])
def test_a_derived_case_is_as_a_person_judges(
    sample: tuple[str, str, str | None, Callable[[Any], bool]], suite: Suite
) -> None:
    case_id, level, path, is_so = sample
    case = by_id(suite)[case_id]
    name = case_id.partition("/")[0]
    (event,) = case.expect.events
    assert (event.event, event.path, case.level) == (name, path, level)
    assert event.kind == ("known" if path is None else "invalid")
    assert case.expect.end == "done"
    head, _, tail = case.data.decode().partition("\ndata: ")
    payload, _, rest = tail.partition("\n\n")
    assert (head, rest) == (f"event: {name}", "event: done\ndata: [DONE]\n\n")
    assert is_so(json.loads(payload))
    if path is None:
        assert event.data == json.loads(payload)


def test_what_is_closed_is_refused(pipeline: Suite) -> None:
    cases = by_id(pipeline)
    for case_id, path in (
        ("build/state/value-unknown", "$.state"),
        ("build/trigger/variant-unknown", "$.trigger.by"),
    ):
        (event,) = cases[case_id].expect.events
        assert (event.kind, event.path) == ("invalid", path)


def test_what_is_accepted_is_a_must_and_what_is_refused_a_should(suite: Suite) -> None:
    for case in suite.cases:
        if case.origin == "derived":
            refused = any(event.kind == "invalid" for event in case.expect.events)
            assert case.level == ("should" if refused or case.needs else "must"), case.id
            assert not (refused and case.needs), case.id
            assert (case.compare == "exact") == bool(case.needs), case.id


def test_an_error_is_never_refused(suite: Suite) -> None:
    for case in suite.cases:
        if case.id.startswith("error/"):
            assert [event.kind for event in case.expect.events] == ["known"], case.id


def test_ids_are_words_and_each_is_there_once(suite: Suite, pipeline: Suite) -> None:
    for compiled in (suite, pipeline):
        assert len(by_id(compiled)) == len(compiled.cases)
        for case in compiled.cases:
            if case.origin != "authored":
                last = case.id.rpartition("/")[2]
                assert not re.fullmatch(r"[0-9]+|.*-[0-9]", last), case.id


def test_an_event_with_a_slash_in_its_name_has_one_place_in_ids(pipeline: Suite) -> None:
    assert "build~over/minimal" in by_id(pipeline)
    assert by_id(pipeline)["build~over/minimal"].expect.events[0].event == "build/over"


def test_the_suite_is_moderately_small(suite: Suite) -> None:
    assert 1000 < sum(case.origin == "derived" for case in suite.cases) < 2000
    assert sum(case.size for case in suite.cases if case.origin != "authored") < 2_000_000


@pytest.mark.parametrize("row", DERIVATIONS, ids=lambda row: row.name)
def test_a_rule_of_derivation_that_the_reading_does_not_bear_out_is_caught(
    row: Derivation, suite: Suite, pipeline: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = dataclasses.replace(row, accepts=not row.accepts)
    monkeypatch.setattr(derive, "DERIVATIONS", (wrong,))
    elsewhere = row.name.endswith("not-listed") or row.name == "branch"
    chosen = pipeline if elsewhere else suite
    with pytest.raises(DerivationError, match=f"^{row.name}: "):
        list(derived(chosen.spec, Reading(chosen.spec)))


# --- whole runs -----------------------------------------------------------------------------------


def order(*items: str | OrderItem) -> tuple[OrderItem, ...]:
    return tuple(OrderItem("event", item) if isinstance(item, str) else item for item in items)


def part(name: str, **more: bool) -> OrderItem:
    return OrderItem("part", name, **more)


def test_each_alternative_is_taken_once_and_all_else_stays_usual() -> None:
    spec = dataclasses.replace(
        spec_in(WEATHER),
        parts={
            "middle": Part("middle", "seen", one_of=order("x", part("two"), "z")),
            "two": Part("two", "seen", order=order("y", OrderItem("event", "d", repeat=True))),
        },
    )
    stream = StreamOrder(
        "s",
        "GET",
        "seen",
        order("a", part("middle", repeat=True, optional=True), part("middle"), "e"),
    )
    found = {way.name: " ".join(way.events) for way in ways(spec, stream)}
    assert found == {
        "usual": "a x x e",
        "two": "a y d d x e",
        "two-one-d": "a y d x e",
        "z": "a z x e",
        "several-middle": "a x y d d z x e",
        "without-middle": "a x e",
    }


def runs_of(suite: Suite) -> list[Case]:
    return [case for case in suite.cases if case.origin == "run"]


def test_every_stream_and_every_edge_is_played(suite: Suite) -> None:
    covered = {item for case in runs_of(suite) for item in case.covers}
    for life in suite.spec.lifecycles:
        for edge in life.edges:
            assert f"edge:{life.name}:{edge.start or ''}>{edge.to}" in covered
    for stream in suite.spec.streams:
        assert f"run/{stream.name}/usual" in by_id(suite)
    assert {f"part:{name}" for name in suite.spec.parts} <= covered


def test_the_status_of_an_object_goes_along_edges_only(suite: Suite) -> None:
    lives = {life.payload: life for life in suite.spec.lifecycles}
    payloads = {event.name: event.payload for event in suite.spec.events}
    moves = 0
    for case in runs_of(suite):
        states: dict[str, str] = {}
        for event in case.expect.events:
            life = lives.get(payloads[event.event] or "")
            if life is None or not isinstance(event.data, dict):
                continue
            now, name = str(event.data[life.member]), str(event.data["id"])
            before = states.get(name)
            edges = {(edge.start, edge.to) for edge in life.edges}
            if before not in (None, now):
                assert (before, now) in edges, (case.id, event.event)
                moves += 1
            states[name] = now
    assert moves > 300


def test_pieces_add_up_to_what_is_there_in_the_end(suite: Suite) -> None:
    whole = 0
    for case in runs_of(suite):
        texts: dict[str, str] = defaultdict(str)
        for event in case.expect.events:
            data: Any = event.data
            if event.event == "thread.message.delta":
                (piece,) = data["delta"]["content"]
                kind = piece["type"]
                text = piece[kind]["value"] if kind == "text" else piece[kind]
                texts[data["id"]] += text
            if event.event in ("thread.message.completed", "thread.message.incomplete"):
                content = data["content"]
                if not texts[data["id"]]:
                    assert content == []
                    continue
                (item,) = content
                kind = item["type"]
                assert "index" not in item
                assert (item[kind]["value"] if kind == "text" else item[kind]) == texts[data["id"]]
                whole += 1
    assert whole > 30


def test_the_objects_of_a_run_name_each_other(suite: Suite) -> None:
    several = by_id(suite)["run/create_run/several-step"]
    created = [e.data for e in several.expect.events if e.event == "thread.run.step.created"]
    messages = [e.data for e in several.expect.events if e.event == "thread.message.created"]
    steps: Any = created
    assert [step["id"] for step in steps] == ["run_step_1", "run_step_2", "run_step_3"]
    assert [step["step_details"]["type"] for step in steps] == [
        "message_creation",
        "message_creation",
        "tool_calls",
    ]
    assert [step["type"] for step in steps] == [step["step_details"]["type"] for step in steps]
    named = [s["step_details"]["message_creation"]["message_id"] for s in steps[:2]]
    assert named == [message["id"] for message in messages if isinstance(message, dict)]
    assert {step["run_id"] for step in steps} == {"run_1"}


def test_a_run_is_written_one_chunk_an_event(suite: Suite) -> None:
    case = by_id(suite)["run/create_thread_and_run/usual"]
    assert case.expect.events[0].event == "thread.created"
    assert len(case.stream) == len(case.expect.events) + 1
    assert case.stream[-1].data == b"event: done\ndata: [DONE]\n\n"


def test_an_edge_that_no_stream_holds_is_played_alone(suite: Suite) -> None:
    case = by_id(suite)["run/life-of-run/requires_action-to-expired"]
    states = [e.data["status"] for e in case.expect.events if isinstance(e.data, dict)]
    assert states == ["queued", "in_progress", "requires_action", "expired"]


# --- coverage -------------------------------------------------------------------------------------


def test_the_coverage_is_complete(suite: Suite, pipeline: Suite) -> None:
    for compiled in (suite, pipeline):
        assert compiled.coverage.uncovered == ()
        assert [finding for finding in compiled.findings if finding.is_error] == []
    assert all(item.startswith("rule:") for item in suite.coverage.excluded)
    assert len(suite.coverage.cases) > 500


@pytest.mark.parametrize(
    "item",
    [
        "event:thread.run.expired",
        "field:Usage.total_tokens",
        "absent:Run.parallel_tool_calls",
        "null:RunStep.usage",
        "value:RunStatus=cancelling",
        "variant:MessageContent=refusal",
        "edge:run:requires_action>expired",
        "stream:submit_tool_outputs",
        "part:late_cancellation",
        "rule:end/truncated",
    ],
)
def test_what_loses_its_cases_is_uncovered(item: str, suite: Suite) -> None:
    has_it = set(suite.coverage.cases[item])
    assert has_it
    rest = [case for case in suite.cases if case.id not in has_it]
    assert item in coverage(suite.spec, rest).uncovered
    kept = [case for case in suite.cases if case.id not in set(sorted(has_it)[1:])]
    assert item not in coverage(suite.spec, kept).uncovered


def test_a_case_that_is_no_must_covers_nothing_but_its_rules(suite: Suite) -> None:
    weak = [dataclasses.replace(case, level="should") for case in suite.cases]
    found = coverage(suite.spec, weak)
    assert {item.partition(":")[0] for item in found.uncovered} == {
        "event", "field", "absent", "null", "value", "variant", "edge", "stream", "part",
    }  # fmt: skip


def test_what_is_uncovered_is_a_finding_where_it_stands() -> None:
    spec = spec_in(WEATHER)
    assert compile_suite(spec).coverage.uncovered == ()
    unplayed = dataclasses.replace(
        spec, parts={**spec.parts, "storm": Part("storm", "seen", order=order("report.lost"))}
    )
    (finding,) = compile_suite(unplayed).findings
    assert (finding.rule, finding.level) == ("uncovered", "warning")
    assert "`part:storm`" in finding.message


def test_the_report_names_what_is_uncovered_and_what_is_excluded(
    files: Mapping[str, str | bytes], suite: Suite
) -> None:
    report = files["COVERAGE.md"]
    assert isinstance(report, str)
    assert "## Uncovered\n\nNothing.\n" in report
    for item, reason in suite.coverage.excluded.items():
        assert f"- `{item}`: {reason}" in report
    read = json.loads(files["coverage.json"])
    assert read["uncovered"] == []
    assert read["cases"] == {item: list(ids) for item, ids in suite.coverage.cases.items()}


# --- identities -----------------------------------------------------------------------------------


def test_a_case_of_a_revision_is_there_or_is_said_to_be_retired() -> None:
    spec = spec_in(WEATHER)
    ids = [case.id for case in compile_suite(spec).cases]
    frozen = Revision(1, dict.fromkeys(["report.opened/lost", *ids], HERE))
    (finding,) = compile_suite(spec, Authored(revisions=(frozen,))).findings
    assert (finding.rule, finding.level) == ("case-gone", "error")
    assert "`report.opened/lost`" in finding.message
    retired = Retired("report.opened/lost", "It said nothing.", HERE)
    suite = compile_suite(spec, Authored(revisions=(frozen,), retired=(retired,)))
    assert suite.findings == ()
    assert suite.revision == 1
    assert suite.files()["revisions/1.txt"] == "".join(f"{case_id}\n" for case_id in frozen.ids)


def test_a_retired_id_is_never_used_again() -> None:
    spec = spec_in(WEATHER)
    retired = Retired("report.opened/minimal", "It said nothing.", HERE)
    (finding,) = compile_suite(spec, Authored(retired=(retired,))).findings
    assert finding.rule == "case-not-retired"


# --- files ----------------------------------------------------------------------------------------


def test_the_suite_is_what_its_schema_says(
    document: Any, files: Mapping[str, str | bytes], pipeline: Suite
) -> None:
    schema = json.loads(files["suite.schema.json"])
    Draft202012Validator.check_schema(schema)
    validator: Any = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(document)] == []
    other = json.loads(pipeline.files()["suite.json"])
    assert [error.message for error in validator.iter_errors(other)] == []
    for spoil in (
        lambda d: d.pop("digest"),
        lambda d: d["cases"][0].pop("level"),
        lambda d: d["cases"][0].update(level="may"),
        lambda d: d["cases"][0].update(more=1),
        lambda d: d["cases"][0]["stream"].append({"text": "a", "base64": ""}),
        lambda d: d["cases"][0]["expect"]["events"].append({"event": "x"}),
        lambda d: d["cases"][0]["accept"].append({"events": [], "end": "done"}),
        lambda d: d["types"].update(Run={"members": {"id": False}}),
    ):
        spoilt = json.loads(json.dumps(document | {"cases": document["cases"][:1]}))
        assert validator.is_valid(spoilt)
        spoil(spoilt)
        assert not validator.is_valid(spoilt)


def test_the_suite_says_what_a_judge_has_to_know(document: Any) -> None:
    assert document["format"] == 1
    assert (document["protocol"], document["end_event"]) == ("assistants", "done")
    assert (document["error_event"], document["selector"]) == ("error", {"in": "event"})
    assert document["events"]["thread.run.step.delta"] == "RunStepDelta"
    assert document["events"]["done"] is None
    types = document["types"]
    assert types["Message"]["members"]["content"] == ["MessageContent"]
    assert types["MessageContent"]["variants"]["text"] == "TextContent"
    assert types["Thread"]["members"] == {
        "id": True, "object": True, "created_at": True, "tool_resources": "ToolResources",
        "metadata": True,
    }  # fmt: skip
    assert types["Run"]["members"]["tool_choice"] == {"any": [True, "NamedToolChoice"]}


def test_a_protocol_without_an_end_says_so(pipeline: Suite) -> None:
    read = json.loads(pipeline.files()["suite.json"])
    assert (read["end_event"], read["error_event"]) == (None, "fault")
    assert read["selector"] == {"in": "data", "member": "kind"}
    assert {case["expect"]["end"] for case in read["cases"]} == {"eof"}
    assert not any("event: " in item["text"] for c in read["cases"] for item in c["stream"])


def test_a_case_is_a_line(files: Mapping[str, str | bytes], suite: Suite) -> None:
    text = files["suite.json"]
    assert isinstance(text, str)
    lines = [line for line in text.split("\n") if line.startswith('  {"id": ')]
    assert len(lines) == len(suite.cases)
    assert all(part.isprintable() for part in text.split("\n"))


def test_the_bytes_in_the_suite_are_those_of_the_case(document: Any, suite: Suite) -> None:
    import base64

    def content(item: Any) -> bytes:
        if "repeat" in item:
            return content({k: v for k, v in item["repeat"].items() if k != "times"}) * (
                item["repeat"]["times"]
            )
        return item["text"].encode() if "text" in item else base64.b64decode(item["base64"])

    for row, case in zip(document["cases"], suite.cases, strict=True):
        assert b"".join(content(item) for item in row["stream"]) == case.data, case.id


def test_transcripts_are_the_streams_under_names_for_every_file_system(
    files: Mapping[str, str | bytes], document: Any, suite: Suite
) -> None:
    merge({"suite": files})  # raises for what some file system could not hold
    cases = by_id(suite)
    for row in document["cases"]:
        case = cases[row["id"]]
        assert (row["transcript"] is None) == (case.size > LARGEST)
        if row["transcript"] is not None:
            assert files[row["transcript"]] == case.data
    path = "transcripts/thread.message.delta/delta.content+@text.text.value/null.sse"
    assert path in files


def test_odd_ids_get_names_too(suite: Suite) -> None:
    case = suite.cases[0]
    ids = ["a/b", "A/b", "con/nul.x", "a/" + "x" * 300, "a/b]", "a./..", "a/b]["]
    paths = transcripts(dataclasses.replace(case, id=case_id) for case_id in ids)
    merge({"suite": dict.fromkeys(paths.values(), b"")})
    assert len(set(paths.values())) == len(ids)


def test_two_compilations_give_the_same_bytes(suite: Suite, files: Mapping[str, Any]) -> None:
    assert plan(suite.spec, suite.authored) == files


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_the_seed_of_hashes_makes_no_difference(seed: str, pipeline: Suite) -> None:
    script = (
        "import sys, hashlib; from pathlib import Path\n"
        "from threadwire_generator.build import read_spec\n"
        "from threadwire_generator.targets.suite import plan\n"
        "files = plan(read_spec(Path(sys.argv[1]))[0])\n"
        "print(hashlib.sha256(repr(files).encode()).hexdigest())"
    )
    import hashlib

    done = subprocess.run(
        [sys.executable, "-c", script, str(PIPELINE)],
        env={"PYTHONHASHSEED": seed, "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = hashlib.sha256(repr(pipeline.files()).encode()).hexdigest()
    assert done.stdout.strip() == expected


def test_no_expectation_comes_from_the_decoder() -> None:
    folder = ROOT / "generator" / "threadwire_generator" / "targets" / "suite"
    for path in [*folder.rglob("*.py"), folder.parents[1] / "cases.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if "targets.python" in name or "_events" in name]


def test_a_stream_that_ends_as_no_other_does_needs_no_code() -> None:
    spec = dataclasses.replace(spec_in(PIPELINE), end=EndEvent("over", "[OVER]"))
    suite = compile_suite(spec)
    assert {case.expect.end for case in suite.cases} == {"done"}


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the weather station and a folder for its conformance."""
    import shutil

    shutil.copytree(WEATHER, tmp_path / "schema" / "weather")
    cases = Path(__file__).parent / "bad_cases" / "_base"
    shutil.copyfile(cases / "rules.yaml", tmp_path / "schema" / "weather" / "rules.yaml")
    shutil.copytree(
        cases, tmp_path / "conformance" / "cases", ignore=shutil.ignore_patterns("rules.yaml")
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


def test_the_suite_has_a_folder_and_a_manifest_of_its_own(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["generate", "--target", "suite"]) == 0
    out, err = capsys.readouterr()
    assert re.match(r"suite  \d+ created, 0 replaced, 0 removed, 0 unchanged\n", out)
    assert "uncovered no case covers `rule:data/kept`" in err
    assert not (desk / "generated").exists()
    folder = desk / "conformance" / "suite"
    assert (folder / "manifest.json").is_file()
    ids = [case["id"] for case in json.loads((folder / "suite.json").read_text())["cases"]]
    assert ids[0] == "lines/carriage-returns"
    assert run(["check", "--target", "suite"]) == 0
    (folder / "README.md").write_text("mine\n")
    assert run(["check", "--target", "suite"]) == 1
    assert "conformance/suite/README.md:1:1 edited-file" in capsys.readouterr().err


def test_nothing_is_written_anywhere_while_something_stops_one_folder(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "conformance" / "suite").mkdir()
    (desk / "conformance" / "suite" / "suite.json").write_text("mine\n")
    assert run(["generate", "--target", "docs", "--target", "suite"]) == 1
    verdict = last_line(capsys.readouterr().out)
    assert verdict == "generate: stopped by 1 file in conformance/suite, nothing was written"
    assert not (desk / "generated").exists()
    assert run(["generate", "--target", "docs", "--target", "suite", "--force"]) == 0
    assert (desk / "generated" / "manifest.json").is_file()


def test_mistakes_in_cases_stop_it_and_say_where(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk / "conformance" / "cases" / "lines.yaml"
    path.write_text(path.read_text().replace("rules: [lines/ends]", "rules: [lines/end]", 1))
    for command in ("generate", "check"):
        assert run([command]) == 1
        out, err = capsys.readouterr()
        assert "conformance/cases/lines.yaml:5:9 case-rule-unknown" in err
        assert last_line(out).startswith(f"{command}: 1 error in conformance/cases, nothing was")
    assert not (desk / "generated").exists()


def test_a_revision_is_frozen_once(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--target", "suite", "--freeze-revision", "2"]) == 2
    assert "the next revision is 1, not 2" in capsys.readouterr().err
    assert run(["generate", "--target", "suite", "--freeze-revision", "1"]) == 0
    suite = desk / "conformance" / "suite"
    document = json.loads((suite / "suite.json").read_text())
    frozen = (suite / "revisions" / "1.txt").read_text()
    assert document["revision"] == 1
    assert frozen == "".join(sorted(f"{case['id']}\n" for case in document["cases"]))
    capsys.readouterr()
    assert run(["generate", "--target", "suite", "--freeze-revision", "1"]) == 2
    assert "is frozen; --force writes it anew" in capsys.readouterr().err
    path = desk / "conformance" / "cases" / "lines.yaml"
    path.write_text(path.read_text().replace("lines/resumed", "lines/renamed"))
    assert run(["generate", "--target", "suite"]) == 1
    assert re.search(
        r"cases/revisions/1\.txt:\d+:1 case-gone `lines/resumed`", capsys.readouterr().err
    )
    again = ["generate", "--target", "suite", "--freeze-revision", "1", "--force"]
    assert run(again) == 0, "before a release it may be written anew"
    path.write_text(path.read_text().replace("lines/renamed", "lines/resumed"))
    assert run(["generate", "--target", "suite"]) == 1
    assert "case-gone `lines/renamed`" in capsys.readouterr().err
    (desk / "conformance" / "cases" / "retired.yaml").write_text(
        "retired:\n  lines/renamed: It has a better name.\n"
    )
    assert run(["generate", "--target", "suite"]) == 0


def test_without_a_conformance_folder_the_suite_goes_into_the_out_folder(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "conformance").rename(desk / "elsewhere")
    assert run(["generate", "--target", "suite", "--out", "made"]) == 0
    document = json.loads((desk / "made" / "suite" / "suite.json").read_text())
    assert {case["origin"] for case in document["cases"]} == {"derived", "run"}
    arguments = ["--target", "suite", "--cases", "elsewhere/cases", "--suite", "elsewhere/suite"]
    assert run(["check", *arguments]) == 1
    command = last_line(capsys.readouterr().out).partition("cure: ")[2]
    assert command == (
        "threadwire generate --cases elsewhere/cases --suite elsewhere/suite --target suite"
    )


def test_types_nested_beyond_all_bounds_end_in_a_finding_or_a_suite(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk / "schema" / "weather"
    chain = "".join(
        f"Deep{letter}:\n  description: Deep down.\n  required: [next]\n  properties:\n"
        f"    next: {{$ref: Deep{other}, description: Further down.}}\n"
        for letter, other in zip(_names(300), _names(301)[1:], strict=True)
    )
    last = _names(301)[-1]
    chain += f"Deep{last}:\n  description: The ground.\n  properties:\n"
    chain += "    end: {type: string, description: The end of it.}\n"
    (folder / "deep.yaml").write_text(chain)
    text = (folder / "report.yaml").read_text()
    marker = "    remarks:\n"
    added = f"    deep: {{$ref: Deep{_names(1)[0]}, description: What lies below.}}\n"
    (folder / "report.yaml").write_text(text.replace(marker, added + marker))
    assert run(["generate", "--target", "suite"]) == 1
    out, err = capsys.readouterr()
    assert "suite-underivable no suite can be made of it" in err
    assert last_line(out).startswith("generate: 1 error in schema/weather")


def test_types_that_fan_out_beyond_all_bounds_end_in_a_suite(desk: Path) -> None:
    folder = desk / "schema" / "weather"
    fans = "".join(
        f"Fan{letter}:\n  description: A fan.\n  properties:\n"
        + "".join(
            f"    arm_{arm}: {{$ref: Fan{other}, description: An arm.}}\n" for arm in "abcdefgh"
        )
        for letter, other in zip(_names(20), _names(21)[1:], strict=True)
    )
    fans += f"Fan{_names(21)[-1]}:\n  description: The tip.\n  properties:\n"
    fans += "    end: {type: string, description: The end of it.}\n"
    (folder / "fan.yaml").write_text(fans)
    text = (folder / "report.yaml").read_text()
    added = f"    fan: {{$ref: Fan{_names(1)[0]}, description: What blows.}}\n    remarks:\n"
    (folder / "report.yaml").write_text(text.replace("    remarks:\n", added))
    assert run(["generate", "--target", "suite"]) == 0


def _names(count: int) -> list[str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [letters[index // 26] + letters[index % 26].lower() for index in range(count)]
