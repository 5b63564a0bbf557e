"""What really happened to a documented stream: 26 steps, against lists made by other means.

For the first steps a list of the changes exists; later ones were read in the documents by hand.
Both the documents and the list are other people's data, read from the folder that
`THREADWIRE_SHARED` names.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from support.recordings import ABSENT, folder
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Contract, Difference
from threadwire_generator.change.openapi import read_openapi

pytestmark = pytest.mark.skipif(folder() is None, reason=ABSENT)

LISTED = range(2, 19)  # the steps that the list tells
Row = tuple[str, str, str, str, str, str]  # path, kind, detail, decoder, server, python

# Rows of the list that are wrong, with the reason; there are none.
EXCEPTIONS: dict[int, dict[Row, str]] = {}


def shared(name: str) -> Path:
    where = folder()
    assert where is not None
    return where.parent / name


@cache
def documents() -> list[Path]:
    return sorted(shared("api-history").glob("*.yaml"))


@cache
def state(number: int) -> Contract:
    path = documents()[number - 1]
    assert path.name.startswith(f"{number:03}-")
    contract, findings = read_openapi(path.read_bytes(), path.name)
    assert contract is not None, findings
    return contract


def step(number: int) -> Difference:
    return compare(state(number - 1), state(number))


def rows(difference: Difference) -> list[Row]:
    return sorted(
        (c.path, c.kind, c.detail, c.decoder, c.server, c.python) for c in difference.changes
    )


@cache
def listed() -> dict[int, tuple[list[Row], list[tuple[str, str]]]]:
    """The rows and the renames of each step, as the list tells them."""
    text = shared("facts/api-changes.md").read_text(encoding="utf-8")
    found: dict[int, tuple[list[Row], list[tuple[str, str]]]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        number = re.match(r"(\d{3}) ", section)
        if number is None:
            continue
        lines = [line for line in section.splitlines() if line.startswith("| `")]
        renames = re.findall(r"`(\w+)`→`(\w+)`", section)
        found[int(number[1])] = (sorted(map(row, lines)), renames)
    return found


def row(line: str) -> Row:
    cells = [cell.strip().replace("&#124;", "|") for cell in line.strip().strip("|").split(" | ")]
    path, kind, detail, decoder, server, python = cells
    return path.strip("`"), kind, detail, decoder, server, python


def test_the_list_tells_all_steps_that_it_should() -> None:
    assert set(LISTED) <= set(listed())
    assert sum(len(listed()[number][0]) for number in LISTED) == 41


@pytest.mark.parametrize("number", LISTED)
def test_the_changes_of_a_step_are_those_of_the_list(number: int) -> None:
    wrong = EXCEPTIONS.get(number, {})
    assert rows(step(number)) == [row for row in listed()[number][0] if row not in wrong]


@pytest.mark.parametrize("number", LISTED)
def test_the_renames_of_a_step_are_those_of_the_list(number: int) -> None:
    found = [(rename.old, rename.new) for rename in step(number).renames]
    assert found == listed()[number][1]


def test_a_rename_is_told_from_a_reference_that_leads_elsewhere() -> None:
    assert [rename.kind for rename in step(6).renames] == ["renamed"]
    assert [rename.kind for rename in step(17).renames] == ["re-pointed"]


def test_a_change_its_revert_and_its_return_come_out_as_such() -> None:
    there, back, again = (step(number) for number in (9, 10, 11))
    assert [c.kind for c in there.changes] == ["enum_value_added"]
    assert [c.kind for c in back.changes] == ["enum_value_removed"]
    assert rows(again) == rows(there)
    assert compare(state(8), state(10)).changes == ()
    assert compare(state(9), state(11)).changes == ()


# --- later steps: read by hand --------------------------------------------------------------------

ADDED = ("lossy", "safe", "additive")
REQUIRED = ("safe", "BREAKING", "source-breaking for constructors")
GREW = ("BREAKING", "safe", "additive; breaks exhaustive matches")
SHRANK = ("safe", "BREAKING", "source-breaking")
NOTED = ("safe", "safe", "additive")

RESPONSE_FORMAT = "AssistantsApiResponseFormat"
TOOL_CALL = "RunStepDetailsToolCallsFileSearchObject.file_search"
RANKING = "RunStepDetailsToolCallsFileSearchRankingOptionsObject"
RESULT = "RunStepDetailsToolCallsFileSearchResultObject"
TIMES = {
    "ThreadObject": "created",
    "RunObject": "created expires started cancelled failed completed",
    "RunStepObject": "created expired cancelled failed completed",
    "MessageObject": "created completed incomplete",
}

LATER: dict[int, list[Row]] = {
    # Refusals; structured output, for which one object with two types became three objects that
    # have to name theirs; `none` is no longer a response format.
    19: [
        ("FunctionObject.strict", "field_added", "optional boolean|null", *ADDED),
        (f"{RESPONSE_FORMAT}Option<enum>", "enum_value_removed", "none", *SHRANK),
        (
            f"{RESPONSE_FORMAT}Option",
            "variant_added",
            "type=json_schema (ResponseFormatJsonSchema)",
            *GREW,
        ),
        *(
            (f"{RESPONSE_FORMAT}=>{name}.type", "optional_to_required", f"enum({tag})", *REQUIRED)
            for name, tag in (
                ("ResponseFormatText", "text"),
                ("ResponseFormatJsonObject", "json_object"),
            )
        ),
        *(
            (path, "variant_added", f"type=refusal ({name})", *GREW)
            for path, name in (
                ("MessageObject.content[]", "MessageContentRefusalObject"),
                ("MessageDeltaObject.delta.content[]", "MessageDeltaContentRefusalObject"),
            )
        ),
    ],
    # What a file search found, and how it ranks.
    20: [
        (
            "AssistantToolsFileSearch.file_search.ranking_options",
            "field_added",
            "optional FileSearchRankingOptions",
            *ADDED,
        ),
        (f"{TOOL_CALL}.ranking_options", "field_added", f"optional {RANKING}", *ADDED),
        (f"{TOOL_CALL}.results", "field_added", f"optional array<{RESULT}>", *ADDED),
    ],
    21: [("FileSearchRankingOptions.score_threshold", "optional_to_required", "number", *REQUIRED)],
    # A member beside the data, of one event.
    22: [
        (
            "AssistantStreamEvent<thread.created>.enabled",
            "field_added",
            "optional boolean",
            *ADDED,
        )
    ],
    # It was required and never declared: a slip in the document.
    23: [
        (
            "ResponseFormatJsonSchema.json_schema.type",
            "field_removed",
            "required (required but undeclared)",
            *("BREAKING", "safe", "source-breaking"),
        )
    ],
    24: [],  # another notation of null
    # Labels were any object; now their values are strings.
    25: [
        (f"{name}.metadata{{}}", "type_changed", "any -> string", *SHRANK)
        for name in ("ThreadObject", "RunObject", "RunStepObject", "MessageObject")
    ],
    # Two enums became one; the smaller one grew by it.
    26: [(f"{RANKING}.ranker", "enum_value_added", "auto", *GREW)],
    # OpenAPI 3.1, null written in two more ways, and formats.
    27: [
        *(
            (f"{name}.{field}_at", "format_changed", "none -> unixtime", *NOTED)
            for name, fields in TIMES.items()
            for field in fields.split()
        ),
        (
            "MessageDeltaContentImageUrlObject.image_url.url",
            "format_changed",
            "none -> uri",
            *NOTED,
        ),
    ],
}


@pytest.mark.parametrize("number", LATER)
def test_the_changes_of_a_later_step_are_those_that_were_read(number: int) -> None:
    assert rows(step(number)) == sorted(LATER[number])


def test_a_type_that_became_three_is_no_rename() -> None:
    assert {(r.old, r.new, r.kind) for r in step(19).renames} == {
        ("AssistantsApiResponseFormat", "ResponseFormatText", "re-pointed"),
        ("AssistantsApiResponseFormat", "ResponseFormatJsonObject", "re-pointed"),
    }


@pytest.mark.parametrize("number", range(2, 28))
def test_a_step_back_mirrors_the_step(number: int) -> None:
    mirror = {"field_added": "field_removed", "optional_to_required": "required_to_optional"}
    mirror |= {"event_added": "event_removed", "variant_added": "variant_removed"}
    mirror |= {"enum_value_added": "enum_value_removed"}
    mirror |= {back: there for there, back in mirror.items()}
    there, back = step(number), compare(state(number), state(number - 1))
    assert sorted(c.kind for c in back.changes) == sorted(
        mirror.get(c.kind, c.kind) for c in there.changes
    )


def test_the_newest_state_is_what_the_whole_document_says() -> None:
    path = shared("official/openapi.yaml")
    whole, findings = read_openapi(path.read_bytes(), "openapi.yaml")
    assert whole is not None
    assert [finding.rule for finding in findings] == ["openapi/nullable"]
    assert compare(state(27), whole).changes == ()
