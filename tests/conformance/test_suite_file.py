"""`suite.json`: read into frozen values, or refused with the path to what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import FOLDER, case, suite
from threadwire_conformance.suite import SuiteError, load_suite

CONTENT = json.loads((FOLDER / "suite.json").read_text(encoding="utf-8"))


def written(folder: Path, content: Any) -> Path:
    file = folder / "suite.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_chunks_are_those_of_the_stream() -> None:
    assert [chunk[-1:] for chunk in case("framing/crlf-cut-between-chunks").chunks] == [
        b"\r",
        b"\n",
    ]
    assert b"\xff" in case("framing/no-utf8").data
    assert case("framing/comments").data.count(b": ping\n") == 40


def test_a_case_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        suite().cases[0].level = "should"  # type: ignore[misc]


Change = Callable[[Any], object]
WRONG: dict[str, tuple[Change, str]] = {
    "a later format": (lambda s: s.update(format=2), "$.format: expected 1"),
    "no cases": (lambda s: s.pop("cases"), "$: 'cases' is missing"),
    "cases no list": (lambda s: s.update(cases={}), "$.cases: expected an array"),
    "no id": (lambda s: s["cases"][2].pop("id"), "$.cases[2]: 'id' is missing"),
    "another level": (
        lambda s: s["cases"][1].update(level="may"),
        '$.cases[1].level: expected must or should or observe, found "may"',
    ),
    "no base64": (
        lambda s: s["cases"][0].update(stream=[{"base64": "?"}]),
        "$.cases[0].stream[0].base64: expected base64",
    ),
    "no chunk": (
        lambda s: s["cases"][0].update(stream=[{"hex": "00"}]),
        "$.cases[0].stream[0]: 'base64' is missing",
    ),
    "a lone surrogate": (
        lambda s: s["cases"][0].update(stream=[{"text": "\ud800"}]),
        "$.cases[0].stream[0].text: expected text that is Unicode",
    ),
    "times no number": (
        lambda s: s["cases"][0].update(stream=[{"repeat": {"text": "x", "times": True}}]),
        "$.cases[0].stream[0].repeat.times: expected an integer",
    ),
    "no data": (
        lambda s: s["cases"][0]["expect"]["events"][0].pop("data"),
        "$.cases[0].expect.events[0]: 'data' is missing",
    ),
    "another end": (
        lambda s: s["cases"][0]["expect"].update(end="over"),
        "$.cases[0].expect.end: expected done or truncated or eof",
    ),
    "an id twice": (
        lambda s: s["cases"][3].update(id=s["cases"][0]["id"]),
        "$.cases[3].id: 'plain/one-event' is there twice",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_path(tmp_path: Path, name: str) -> None:
    content = copy.deepcopy(CONTENT)
    change, message = WRONG[name]
    change(content)
    with pytest.raises(SuiteError) as error:
        load_suite(written(tmp_path, content))
    assert str(error.value).startswith(f"{tmp_path / 'suite.json'}: {message}")


def test_a_file_that_is_not_there_or_no_json_is_said(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match=r"suite\.json: No such file"):
        load_suite(tmp_path)
    (tmp_path / "suite.json").write_text("{")
    with pytest.raises(SuiteError, match=r"suite\.json: no JSON"):
        load_suite(tmp_path)


def test_a_revision_is_the_list_of_its_cases() -> None:
    assert suite().frozen(2) == set(suite().by_id)
    assert suite().frozen(1) < suite().frozen(2)
    with pytest.raises(SuiteError, match="no revision 7 of this suite; there are: 1, 2"):
        suite().frozen(7)


def test_the_readme_counts_the_cases_that_there_are() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    cases = load_suite().cases
    framing = sum(case.id.startswith("framing/") for case in cases)
    assert f"\n{framing} cases of {len(cases)}: {framing} pass, 0 unaccounted" in text
