"""A protocol as unlike the first as server-sent events allow goes through everything unchanged.

Its events are named inside their data, its streams end where their bytes do, its faults are flat.
What is expected stands here as a person wrote it; none of it was taken from the decoder.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packages import PIPELINE, ROOT, imported, plan_of, python_plan, spec_in, write
from threadwire_generator import targets
from threadwire_generator.build import read_spec
from threadwire_generator.plan import plan_all

BUILD = {
    "kind": "build",
    "id": "b1",
    "state": "planned",
    "trigger": {"by": "timer", "every": 60},
    "class": "large",
    "priority": 2,
    "load": 0.5,
    "planned_at": 1710330641,
    "labels": {"team": "ocean", "": "no name"},
    "command": ["make", "all"],
    "plan": {
        "name": "compile",
        "then": [{"name": "test", "from": "compile", "then": []}, {"name": "lint", "then": None}],
    },
}
TASK = {"kind": "task.begun", "name": "test", "state": "running"}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with imported(plan_of(PIPELINE), tmp_path_factory.mktemp("pipeline")) as package:
        yield package


def block(value: object, event: str | None = None) -> bytes:
    """A block of the stream: data that is JSON, or text as it stands."""
    text = value if isinstance(value, str) else json.dumps(value)
    name = "" if event is None else f"event: {event}\n"
    return f"{name}data: {text}\n\n".encode()


def only(package: Any, stream: bytes) -> Any:
    """The one event of a stream."""
    (event,) = package.decode(stream, errors="keep")
    return event


def change(payload: dict[str, Any], **members: Any) -> dict[str, Any]:
    return payload | members


# --- through the generator ------------------------------------------------------------------------


def test_the_protocol_has_no_findings() -> None:
    spec, findings = read_spec(PIPELINE)
    assert findings == []
    assert spec is not None


@pytest.mark.parametrize("target", sorted(targets.TABLE))
def test_every_target_plans_it(target: str) -> None:
    plan = targets.load(target)(spec_in(PIPELINE))
    assert plan
    assert all(path.startswith(f"{target}/") for path in plan)


def test_the_targets_together_make_one_publishable_plan() -> None:
    merged = plan_all(spec_in(PIPELINE))
    assert {output.target for output in merged.values()} == set(targets.TABLE)


def test_no_code_of_the_generator_knows_it() -> None:
    spec = spec_in(PIPELINE)
    names = {spec.protocol, spec.package, spec.union, *spec.types}
    for event in spec.events:
        names |= {event.name, event.class_name}
    own = {name for name in names if not name.isalpha() or not name[1:].islower()}
    assert len(own) > 20  # the others are ordinary words, which any text may have in it
    code = [*ROOT.glob("generator/**/*.py"), *ROOT.glob("generator/**/*.jinja")]
    assert len(code) > 20
    for path in code:
        words = set(re.findall(r"[\w.+/]+", path.read_text(encoding="utf-8")))
        assert own & words == set(), path


# --- events ---------------------------------------------------------------------------------------


def test_the_member_of_the_data_names_the_event(pipeline: Any) -> None:
    event = only(pipeline, block(BUILD))
    assert type(event) is pipeline.BuildPlanned
    build = event.data
    assert type(build) is pipeline.Build
    assert (build.id, build.state, build.queue_class, build.priority) == (
        "b1",
        "planned",
        "large",
        2,
    )
    assert (build.load, build.planned_at) == (0.5, 1710330641)
    assert build.labels == {"team": "ocean", "": "no name"}
    assert build.command == ["make", "all"]
    assert type(build.trigger) is pipeline.TimerTrigger
    assert build.trigger.every == 60


def test_a_whole_stream_ends_with_its_bytes(pipeline: Any) -> None:
    stream = (
        block(BUILD)
        + block(TASK)
        + block({"kind": "log+", "task": "test", "text": "ok\n", "sums": {"tests": 1}})
        + block(change(TASK, kind="task.over", state="passed", exit=0))
        + block({"kind": "log", "task": "test", "text": "ok\n", "marks": []})
        + block({"kind": "build/over", "state": "passed", "took": 12, "facts": [1, {"a": None}]})
    )
    events = pipeline.decode(stream)
    assert [type(event).__name__ for event in events] == [
        "BuildPlanned",
        "TaskBegun",
        "LogGrown",
        "TaskOver",
        "LogWritten",
        "BuildOver",
    ]
    assert events[2].data.text == "ok\n"
    assert events[2].data.sums.tests == 1
    assert events[3].data.exit == 0
    assert events[5].data.took == 12
    assert events[5].data.facts == [1, {"a": None}]
    assert b"".join(map(pipeline.encode, events)).count(b"\n\n") == 6


def test_one_class_of_payload_serves_two_events(pipeline: Any) -> None:
    begun = only(pipeline, block(TASK))
    over = only(pipeline, block(change(TASK, kind="task.over", state="failed", exit="SIGKILL")))
    assert (type(begun), type(over)) == (pipeline.TaskBegun, pipeline.TaskOver)
    assert type(begun.data) is type(over.data) is pipeline.Task
    assert over.data.exit == "SIGKILL"


def test_the_events_are_the_same_wherever_the_chunks_are_cut(pipeline: Any) -> None:
    stream = b"\xef\xbb\xbf: hello\r\n" + block(BUILD) + block("words", "fault") + block(TASK)
    whole = pipeline.decode(stream)
    assert [event.event for event in whole] == ["build", "fault", "task.begun"]
    assert list(pipeline.iter_events(stream[i : i + 1] for i in range(len(stream)))) == whole
    for cut in range(len(stream)):
        assert list(pipeline.iter_events([stream[:cut], stream[cut:]])) == whole


def test_the_data_names_the_event_even_against_the_event_field(pipeline: Any) -> None:
    assert type(only(pipeline, block(TASK, "build"))) is pipeline.TaskBegun


def test_the_event_field_names_what_the_data_leaves_unnamed(pipeline: Any) -> None:
    event = only(pipeline, block({"name": "test", "state": "running"}, "task.begun"))
    assert type(event) is pipeline.InvalidEvent  # its `kind` is required
    assert (event.event, event.error.path) == ("task.begun", "$.kind")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        pytest.param('{"kind": "party", "a": 1}', "party", id="unknown kind"),
        pytest.param('{"kind": "", "a": 1}', "message", id="empty kind"),
        pytest.param('{"a": 1}', "message", id="no kind"),
        pytest.param('{"kind": 7}', "message", id="kind that is no string"),
        pytest.param('[{"kind": "build"}]', "message", id="kind in an array"),
        pytest.param('"build"', "message", id="a string"),
        pytest.param("hello", "message", id="no JSON"),
        pytest.param('{"kind": "build"', "message", id="half of a JSON"),
        pytest.param('{"kind": "build", "load": NaN}', "message", id="NaN, which is no JSON"),
    ],
)
def test_what_names_no_event_is_kept_as_text(pipeline: Any, data: str, name: str) -> None:
    assert only(pipeline, block(data)) == pipeline.UnknownEvent(name, data)


def test_a_number_that_no_float_can_hold_is_an_error_of_its_event(pipeline: Any) -> None:
    data = '{"kind": "build/over", "state": "passed", "took": 1e400}'
    event = only(pipeline, block(data))
    assert type(event) is pipeline.InvalidEvent
    assert (event.event, event.data, event.error.path) == ("build/over", data, "$.took")


# --- the end --------------------------------------------------------------------------------------


def test_the_end_of_the_bytes_is_no_error(pipeline: Any) -> None:
    assert pipeline.decode(b"") == []
    assert len(pipeline.decode(block(TASK) + b": bye\n")) == 1
    decoder = pipeline.Decoder()
    assert len(decoder.feed(block(TASK))) == 1
    assert decoder.close() == []
    assert not decoder.done


@pytest.mark.parametrize(
    "rest", ["data", "data: {", 'data: {"kind": "task.begun"}\n', "event: x\n"]
)
def test_half_a_block_at_the_end_is_an_error(pipeline: Any, rest: str) -> None:
    stream = block(TASK) + rest.encode()
    with pytest.raises(pipeline.TruncatedStreamError) as caught:
        pipeline.decode(stream)
    assert [event.event for event in caught.value.events] == ["task.begun"]
    assert caught.value.offset == len(stream)
    assert len(pipeline.decode(stream, require_done=False)) == 1


def test_no_data_ends_a_stream_that_has_no_end_event(pipeline: Any) -> None:
    events = pipeline.decode(block("[DONE]") + block(TASK))
    assert [event.event for event in events] == ["message", "task.begun"]


def test_after_a_fault_half_a_block_is_no_second_error(pipeline: Any) -> None:
    assert len(pipeline.decode(block({"kind": "fault"}) + b"data: {")) == 1


# --- faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(
            block({"kind": "fault", "reason": "disk full", "severity": 3, "retryable": True}),
            {"kind": "fault", "reason": "disk full", "severity": 3, "retryable": True},
            id="flat",
        ),
        pytest.param(block({"kind": "fault"}), {"kind": "fault"}, id="empty"),
        pytest.param(
            block({"kind": "fault", "reason": "r", "severity": "very"}),
            {"kind": "fault", "reason": "r"},
            id="a member of another type",
        ),
        pytest.param(
            block({"kind": "fault", "reason": "r", "node": [7]}),
            {"kind": "fault", "reason": "r", "node": [7]},
            id="a member that is not declared",
        ),
        pytest.param(block("disk full", "fault"), {"reason": "disk full"}, id="plain text"),
        pytest.param(block('"disk full"', "fault"), {"reason": "disk full"}, id="a string"),
        pytest.param(block("disk\ndata: full", "fault"), {"reason": "disk\nfull"}, id="two lines"),
        pytest.param(block("", "fault"), {}, id="nothing"),
        pytest.param(block("null", "fault"), {}, id="null"),
        pytest.param(block("[1]", "fault"), {}, id="an array"),
        pytest.param(
            block({"error": {"reason": "r"}}, "fault"), {"error": {"reason": "r"}}, id="no wrapper"
        ),
        pytest.param(block({"": "r"}, "fault"), {"": "r"}, id="a member without a name"),
    ],
)
def test_a_fault_is_read_whatever_its_shape(
    pipeline: Any, stream: bytes, expected: dict[str, Any]
) -> None:
    event = only(pipeline, stream)
    assert type(event) is pipeline.Fault
    assert event.data.model_dump(exclude_unset=True) == expected


def test_a_fault_does_not_end_the_stream(pipeline: Any) -> None:
    events = pipeline.decode(block({"kind": "fault"}) + block(TASK))
    assert [event.event for event in events] == ["fault", "task.begun"]


def test_the_first_protocols_error_is_an_unknown_event_here(pipeline: Any) -> None:
    assert only(pipeline, block("x", "error")) == pipeline.UnknownEvent("error", "x")


# --- payloads that are refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "path", "expected", "found"),
    [
        (
            change(BUILD, state="SECRET"),
            "$.state",
            "'planned', 'passed' or 'failed'",
            "another string",
        ),
        (change(BUILD, state=1), "$.state", "'planned', 'passed' or 'failed'", "an integer"),
        (
            change(BUILD, trigger={"by": "SECRET", "every": 1}),
            "$.trigger.by",
            "'push' or 'timer'",
            "another string",
        ),
        (change(BUILD, trigger={"by": 7}), "$.trigger.by", "'push' or 'timer'", "an integer"),
        (change(BUILD, trigger={"every": 1}), "$.trigger.by", "a required member", "nothing"),
        (
            change(BUILD, trigger={"by": "timer", "every": "SECRET"}),
            "$.trigger.every",
            "an integer",
            "a string",
        ),
        (
            change(BUILD, trigger={"by": "push"}),
            "$.trigger.branch",
            "a required member",
            "nothing",
        ),
        (change(BUILD, trigger="SECRET"), "$.trigger", "an object", "a string"),
        (change(BUILD, **{"class": True}), "$.class", "a string", "a boolean"),
        (change(BUILD, priority=1.5), "$.priority", "an integer", "a fraction"),
        (change(BUILD, load="0.5"), "$.load", "a number", "a string"),
        (change(BUILD, labels={"SE": 7}), "$.labels.SE", "a string", "an integer"),
        (change(BUILD, labels=["SECRET"]), "$.labels", "an object", "an array"),
        (change(BUILD, command=7), "$.command", "a string or an array", "an integer"),
        (change(BUILD, command=["a", 7]), "$.command[1]", "a string", "an integer"),
        (
            change(BUILD, plan={"name": "a", "then": [{"name": "b", "then": [{"name": 1}]}]}),
            "$.plan.then[0].then[0].name",
            "a string",
            "an integer",
        ),
        (
            change(TASK, state="planned"),
            "$.state",
            "'running', 'passed' or 'failed'",
            "another string",
        ),
        (change(TASK, exit=True), "$.exit", "a string or an integer", "a boolean"),
        (
            {
                "kind": "log",
                "task": "t",
                "text": "x",
                "marks": [{"what": "test", "passed": "SECRET"}],
            },
            "$.marks[0].passed",
            "a boolean",
            "a string",
        ),
    ],
)
def test_a_refused_payload_is_told_by_its_path_and_without_its_values(
    pipeline: Any, payload: dict[str, Any], path: str, expected: str, found: str
) -> None:
    event = only(pipeline, block(payload))
    assert type(event) is pipeline.InvalidEvent
    assert event.event == payload["kind"]
    assert [tuple(problem) for problem in event.error.problems] == [(path, expected, found)]
    assert "SECRET" not in str(event.error)


def test_what_comes_after_a_refused_payload_is_read(pipeline: Any) -> None:
    first = block(change(TASK, state="lost"))
    bad, good = pipeline.decode(
        first + block(change(TASK, state="?")) + block(TASK), errors="keep"
    )[1:]
    assert (type(bad), bad.offset) == (pipeline.InvalidEvent, len(first))
    assert type(good) is pipeline.TaskBegun


def test_an_open_enum_and_an_open_union_keep_what_the_closed_ones_refuse(pipeline: Any) -> None:
    piece = {"kind": "log+", "task": "t", "marks": [{"index": 0, "what": "new"}]}
    assert only(pipeline, block(piece)).data.marks[0].what == "new"
    log = {"kind": "log", "task": "t", "text": "", "marks": [{"what": "new", "depth": [1]}]}
    (mark,) = only(pipeline, block(log)).data.marks
    assert type(mark) is pipeline.UnknownLogMark
    assert (mark.what, mark.model_extra) == ("new", {"depth": [1]})
    assert not hasattr(pipeline, "UnknownTrigger")


def test_a_plan_is_read_to_the_depth_that_json_may_have(pipeline: Any) -> None:
    def stream(depth: int) -> bytes:
        plan = '{"name": "n", "then": [' * depth + '{"name": "last"}' + "]}" * depth
        return block(json.dumps(BUILD | {"plan": 0}).replace('"plan": 0', f'"plan": {plan}'))

    node = only(pipeline, stream(90)).data.plan
    for _ in range(90):
        (node,) = node.then
    assert (type(node), node.name, node.then) == (pipeline.PlanNode, "last", None)
    event = pipeline.decode(stream(5000), errors="keep")[0]
    assert type(event) is pipeline.InvalidEvent or event.event == "message"


# --- and back -------------------------------------------------------------------------------------

LOSSLESS = {
    "build": block(BUILD),
    "absent members": block({k: v for k, v in BUILD.items() if k not in ("load", "labels")}),
    "null members": block(change(BUILD, load=None, labels=None, command=None)),
    "undeclared members": block(change(BUILD, x={"y": [None, 1.5]}, then=1)),
    "integral fraction": block(change(BUILD, load=1, priority=3)),
    "map": block(change(BUILD, labels={"class": "a", "kind": "b"})),
    "unknown kind": block({"kind": "party", "guests": 3}),
    "no kind": block({"guests": 3}),
    "no JSON": block("hello\ndata: world"),
    "flat fault": block({"kind": "fault", "reason": "r", "severity": "very"}),
    "invalid": block(change(TASK, state="lost")),
}
NAMED_BY_THE_FIELD = {
    "plain fault": block("disk full", "fault"),
    "string fault": block('"disk full"', "fault"),
    "unknown": block("hello", "party"),
    "invalid": block({"name": "test"}, "task.begun"),
}


@pytest.mark.parametrize("stream", LOSSLESS.values(), ids=LOSSLESS)
def test_encoding_writes_the_same_data_and_no_event_line(pipeline: Any, stream: bytes) -> None:
    event = only(pipeline, stream)
    written = pipeline.encode(event)
    assert b"event:" not in written
    again = only(pipeline, written)
    assert (type(again), again.event) == (type(event), event.event)
    assert _value(written) == _value(stream)


@pytest.mark.parametrize("stream", NAMED_BY_THE_FIELD.values(), ids=NAMED_BY_THE_FIELD)
def test_encoding_keeps_a_name_that_the_data_does_not_hold(pipeline: Any, stream: bytes) -> None:
    event = only(pipeline, stream)
    again = only(pipeline, pipeline.encode(event))
    assert (type(again), again.event) == (type(event), event.event)
    assert pipeline.data_text(again) == pipeline.data_text(event)


def _value(stream: bytes) -> Any:
    """The data of a block: the JSON value with its types, or the text."""
    lines = [line[6:] for line in stream.decode().split("\n") if line.startswith("data: ")]
    try:
        return _typed(json.loads("\n".join(lines)))
    except ValueError:
        return lines


def _typed(value: Any) -> Any:
    """A JSON value that is equal to another one only if their types are."""
    if isinstance(value, dict):
        return {key: _typed(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return type(value).__name__, value


def test_an_event_made_by_hand_is_written(pipeline: Any) -> None:
    fault = pipeline.Fault(pipeline.FaultReport(kind="fault", reason="disk full"))
    assert pipeline.encode(fault) == b'data: {"kind":"fault","reason":"disk full"}\n\n'
    task = pipeline.TaskBegun(pipeline.Task(kind="task.begun", name="test", state="running"))
    assert only(pipeline, pipeline.encode(task)) == task


# --- for type checkers ----------------------------------------------------------------------------

USER_CODE = '''
"""What a user of the package writes, with the types that checkers must see."""

from typing import Literal

from pipeline_events import (
    Build, BuildPlanned, BuildState, Decoder, Fault, LogWritten, PlanNode, PushTrigger,
    TaskBegun, TaskOver, TestMark, TimerTrigger, UnknownEvent, UnknownLogMark, WarningMark,
    encode, iter_events,
)
from typing_extensions import assert_type


def walk(node: PlanNode) -> int:
    return 1 + sum(walk(child) for child in node.then or [])


def report(stream: list[bytes]) -> None:
    for event in iter_events(stream):
        match event:
            case BuildPlanned(build):
                assert_type(build, Build)
                assert_type(build.state, Literal["planned", "passed", "failed"])
                assert_type(build.load, float | None)
                assert_type(build.labels, dict[str, str] | None)
                assert_type(build.command, str | list[str] | None)
                assert_type(build.queue_class, str)
                walk(build.plan)
                if isinstance(build.trigger, PushTrigger):
                    assert_type(build.trigger.branch, str)
                else:
                    assert_type(build.trigger, TimerTrigger)
            case TaskBegun(task) | TaskOver(task):
                assert_type(task.exit, str | int | None)
            case LogWritten(log):
                for mark in log.marks:
                    assert_type(mark, WarningMark | TestMark | UnknownLogMark)
            case Fault(fault):
                assert_type(fault.reason, str | None)
                assert_type(event.event, Literal["fault"])
            case UnknownEvent(name, data):
                assert_type(name, str)
                assert_type(data, str)
            case _:
                assert_type(encode(event), bytes)


state: BuildState = "planned"
decoder = Decoder(require_done=False)
'''


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and a page of user code, where the type checkers find them."""
    folder = tmp_path_factory.mktemp("checked")
    write(plan_of(PIPELINE), folder)
    (folder / "python" / "user.py").write_text(USER_CODE, encoding="utf-8")
    return folder / "python"


def test_mypy_accepts_the_package_and_what_users_write(checked: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10"]
    command += ["--cache-dir", str(ROOT / ".mypy_cache"), "--config-file", "", "."]
    done = subprocess.run(command, cwd=checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_accepts_the_package_and_what_users_write(checked: Path) -> None:
    config = {"typeCheckingMode": "strict", "pythonVersion": "3.10", "include": ["."]}
    (checked / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=checked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_may_be_copied_and_renamed(tmp_path: Path) -> None:
    plan = python_plan(spec_in(PIPELINE))
    code = "\n".join(text for path, text in plan.items() if path.endswith(".py"))
    assert not re.search(r"^\s*(from|import) +pipeline_events", _without_docstrings(code), re.M)
    with imported(plan, tmp_path) as package:
        assert package.__name__ != "pipeline_events"
        assert package.decode(block(TASK))[0].data.name == "test"


def _without_docstrings(code: str) -> str:
    return re.sub(r'""".*?"""', "", code, flags=re.S)
