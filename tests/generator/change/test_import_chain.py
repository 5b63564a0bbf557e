"""What really happened to a documented stream, brought into specs state by state.

27 states of one official document, and the document itself, are other people's data, read from the
folder that `THREADWIRE_SHARED` names.  All 26 steps are made one after the other in one spec; those
that change most also alone, in a spec that was drafted from the state before.  What takes seconds a
step (generating, the suite of a package) runs on these only.  `THREADWIRE_ALL_STEPS=1` makes every
step alone, and everything on all of them, in some minutes.
"""

from __future__ import annotations

import difflib
import os
import re
import time
import tracemalloc
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from support.derived import red_cases
from support.recordings import ABSENT, folder
from threadwire_generator.build import read_spec_files
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Contract
from threadwire_generator.change.document_texts import facts_of
from threadwire_generator.change.draft import draft
from threadwire_generator.change.import_command import Imported, imported
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.change.openapi import read_openapi
from threadwire_generator.findings import format_finding
from threadwire_generator.plan import plan_all
from threadwire_generator.spec import Spec

pytestmark = pytest.mark.skipif(folder() is None, reason=ABSENT)

ROOT = "AssistantStreamEvent"
ASSISTANTS = Path(__file__).parents[3] / "schema" / "assistants"
STEPS = range(2, 28)
BESIDE = [f"{ROOT}<thread.created>.enabled"]  # beside the data, which no stream has
ALL = "THREADWIRE_ALL_STEPS" in os.environ
ALONE = tuple(STEPS) if ALL else (3, 6, 8, 12, 17, 19, 20, 27)
WITH_SUITE = ALONE if ALL else (3, 6, 12, 19)

# Steps that only say again what was said, or what no spec has.
EMPTY = (22, 24)
# What a person has to decide, beside how the texts of new deltas add up.
QUESTIONS = {
    19: {
        "AssistantsApiResponseFormatOption",  # an object with any `type` became a tagged union
    },
}
# Types whose files have to change, beside indexes and bundles, and how many files there are.
MOST_FILES = 12


def shared(name: str) -> Path:
    where = folder()
    assert where is not None
    return where.parent / name


@cache
def document(number: int) -> bytes:
    (path,) = shared("api-history").glob(f"{number:03}-*.yaml")
    return path.read_bytes()


@cache
def state(number: int) -> Contract:
    found, findings = read_openapi(document(number), f"{number:03}", ROOT)
    assert found is not None, findings
    return found


Files = dict[str, bytes]


def spec_of(files: Files) -> Spec:
    spec, findings = read_spec_files(files)
    assert spec is not None, [format_finding(f) for f in findings if f.is_error]
    return spec


def commented(name: str, text: str) -> str:
    """The text with a comment behind every seventh line, and one before every eleventh."""
    lines: list[str] = []
    for number, line in enumerate(text.splitlines()):
        margin = line[: len(line) - len(line.lstrip())]
        is_inside = line.lstrip().startswith(("[", "{")) or line.endswith(",")
        if number % 11 == 5 and line.strip() and not line.startswith(" " * 5):
            lines.append(f"{margin}# before {name} {number}")
        is_free = line.strip() and not is_inside and not line.lstrip().startswith("#")
        lines.append(f"{line}  # behind {name} {number}" if number % 7 == 3 and is_free else line)
    return "\n".join(lines) + "\n"


def comments(files: Files) -> set[str]:
    found = (re.findall(r"# \w+ [\w.]+ \d+", text.decode()) for text in files.values())
    return {comment for each in found for comment in each}


def first_spec(number: int) -> Files:
    """The spec of a state, with comments all over."""
    files = draft(state(number))
    return {name: commented(name, text).encode() for name, text in files.items()}


@dataclass(frozen=True)
class Step:
    number: int
    before: Files
    after: Files
    result: Imported
    seconds: float


def step(files: Files, number: int) -> Step:
    spec, contract, facts = spec_of(files), state(number), facts_of(document(number))
    begin = time.perf_counter()
    result = imported(files, spec, contract, facts)
    seconds = time.perf_counter() - begin
    assert [format_finding(finding) for finding in result.errors] == []
    after = files | {name: text.encode() for name, text in result.plan.files.items()}
    return Step(number, files, after, result, seconds)


@cache
def alone(number: int) -> Step:
    """One step, into a spec that was drafted from the state before."""
    return step(first_spec(number - 1), number)


@cache
def together() -> list[Step]:
    """All steps, one after the other, in one spec."""
    steps: list[Step] = []
    files = first_spec(1)
    for number in STEPS:
        steps.append(step(files, number))
        files = steps[-1].after
    return steps


@pytest.fixture(params=["alone", "together"])
def steps(request: pytest.FixtureRequest) -> list[Step]:
    return [alone(number) for number in ALONE] if request.param == "alone" else together()


def some(steps: list[Step]) -> list[Step]:
    """A sample, where every one takes long."""
    return steps if ALL or len(steps) == len(ALONE) else steps[::4]


def test_after_each_step_the_spec_says_what_the_document_does(steps: list[Step]) -> None:
    for each in steps:
        number = each.number
        view = contract_of_spec(spec_of(each.after), "documented")
        left = [change.path for change in compare(view, state(number)).changes]
        assert left in ([], BESIDE), number
        assert each.result.left == ()


def test_the_edits_are_those_of_the_steps(steps: list[Step]) -> None:
    for each in steps:
        number = each.number
        assert (each.result.plan.edits == ()) == (number in EMPTY), number
        assert (each.result.plan.files == {}) == (number in EMPTY), number
        asked = {item.path for item in each.result.plan.questions if "delta" not in item.says}
        assert asked == QUESTIONS.get(number, set()), number


def test_every_comment_survives(steps: list[Step]) -> None:
    for each in steps:
        number = each.number
        assert len(comments(each.before)) > 100
        assert comments(each.before) <= comments(each.after), number


def test_lines_that_are_not_concerned_stay_as_they_are(steps: list[Step]) -> None:
    for each in steps:
        number = each.number
        gone = 0
        for name, before in each.before.items():
            found = difflib.ndiff(
                before.decode().splitlines(), each.after[name].decode().splitlines()
            )
            gone += sum(line.startswith("- ") for line in found)
        assert gone <= 2 * len(each.result.plan.edits), number


def test_a_step_done_again_does_nothing(steps: list[Step]) -> None:
    for each in some(steps):
        number = each.number
        again = step(each.after, number)
        assert again.result.plan.files == {}, number
        assert again.result.plan.edits == ()


def test_a_step_never_refuses_a_stream_that_was_good(steps: list[Step]) -> None:
    for each in some(steps):
        number = each.number
        wire = [contract_of_spec(spec_of(files), "wire") for files in (each.before, each.after)]
        broken = [c.path for c in compare(*wire).changes if c.server == "BREAKING"]
        assert broken == [] or number in QUESTIONS, number


def test_generating_after_a_step_touches_what_the_step_is_about() -> None:
    for number in WITH_SUITE:
        each = alone(number)
        before, after = (plan_all(spec_of(files)) for files in (each.before, each.after))
        touched = {path for path in after if before.get(path) != after[path]}
        stems = {name.removesuffix(".yaml") for name in each.result.plan.files}
        about_types = {f"docs/types/{stem}.md" for stem in stems}
        about_types |= {f"python/assistant_events/models/{stem}.py" for stem in stems}
        whole = {"docs/types.md", "python/assistant_events/models/__init__.py"}
        whole |= {f"jsonschema/{view}.schema.json" for view in ("wire", "documented")}
        if "protocol" in stems:
            whole |= {"docs/events.md", "python/assistant_events/events.py"}
            whole |= {"python/assistant_events/__init__.py", "docs/types/run.md"}
        assert touched <= about_types | whole, number
        assert len(touched) <= MOST_FILES
        assert before.keys() <= after.keys()


@pytest.mark.parametrize("number", WITH_SUITE)
def test_the_package_passes_its_suite_after_a_step(number: int, tmp_path: Path) -> None:
    cases, red = red_cases(spec_of(alone(number).after), tmp_path)
    assert cases > 1000
    assert red == []


def test_the_package_passes_its_suite_after_all_steps(tmp_path: Path) -> None:
    cases, red = red_cases(spec_of(together()[-1].after), tmp_path)
    assert cases > 1400
    assert red == []


def test_a_step_takes_no_longer_and_no_more_memory_than_the_first_ones() -> None:
    """Flat: the spec grows by half on the way, and nothing grows faster; time is only printed."""
    steps = together()
    print([round(each.seconds, 2) for each in steps])
    peaks: list[int] = []
    for each in (steps[0], steps[-1]):
        tracemalloc.start()
        step(each.before, each.number)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]
    assert peaks[1] < 32 * 1024 * 1024


# --- the whole official document, into the spec of this repository --------------------------------


@cache
def official() -> Imported:
    files = {path.name: path.read_bytes() for path in ASSISTANTS.glob("*.yaml")}
    content = shared("official/openapi.yaml").read_bytes()
    spec = spec_of(files)
    assert spec.source is not None
    contract, findings = read_openapi(content, "openapi.yaml", likely_root=spec.source.root)
    assert contract is not None, findings
    return imported(files, spec, contract, facts_of(content))


def test_the_newest_document_proposes_nothing_for_the_spec_of_this_repository() -> None:
    result = official()
    assert result.plan.files == {}
    assert result.plan.edits == result.plan.conflicts == result.plan.questions == ()
    assert (result.errors, result.warnings, result.left) == ((), (), ())


def test_every_known_difference_from_it_is_one_that_the_spec_notes() -> None:
    spec = spec_of({path.name: path.read_bytes() for path in ASSISTANTS.glob("*.yaml")})
    noted = {
        f"{name}.{field.wire_name}"
        for name, type_ in spec.types.items()
        for field in getattr(type_, "fields", ())
        if field.documented is not None
    }
    noted |= {n for n, t in spec.types.items() if getattr(t, "documented_values", None)}
    known = {item.path for item in official().plan.known}
    assert known - noted == {"thread.created"}  # `enabled`, beside the data of that event
    assert len(known) > 15
