"""The forms of a report, each read by what reads it elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from jsonschema import Draft202012Validator
from small import case, reply, report, run_test, suite
from threadwire_conformance.compare import ABSENT
from threadwire_conformance.cuts import Cut
from threadwire_conformance.judge import Detail, Outcome
from threadwire_conformance.kinds import KINDS, VERDICTS
from threadwire_conformance.report import FORMATS, badge, junit, markdown, text
from threadwire_conformance.report import json as json_report
from threadwire_conformance.resources import schema
from threadwire_conformance.results import Fault, Report, Result
from threadwire_conformance.visible import show_chunks

IDS = [found.id for found in suite().cases]
NASTY = "<b>&\"'\x00\x1b[31m\ud800|\n]]>"
DETAIL = Detail(NASTY, "$.text", {"a": 1}, ABSENT, 0)
OUTCOMES = {
    "pass": Outcome("pass", reply=reply()),
    "tolerated": Outcome("tolerated", reason="allowed"),
    "known": Outcome("known", "refused", DETAIL, reason="no time"),
    "fail": Outcome("fail", "chunking", DETAIL, cut=Cut("cut at byte 1", [b"a", b"\xff"], (1,))),
    "warn": Outcome("warn", "wrong-data", DETAIL),
    "observed": Outcome("observed", "wrong-end", Detail("x"), reply=reply()),
    "not-applicable": Outcome("not-applicable", reason="needs resume"),
    "broken": Outcome("broken", "crash", Detail("ended with status 3")),
}


def result(verdict: str, number: int) -> Result:
    return Result(case(IDS[number]), OUTCOMES[verdict], 2)


def everything(**changes: Any) -> Report:
    results = [result(verdict, number) for number, verdict in enumerate(OUTCOMES)]
    return report(*results, **{"problems": (NASTY,), "notes": ("a note",), **changes})


REPORTS = {
    "everything": everything(),
    "all passed": report(result("pass", 0), result("tolerated", 1)),
    "nothing ran": report(result("not-applicable", 0)),
    "an adapter that is broken": report(
        planned=9, adapter=None, fault=Fault("it is not there", "start it", "Traceback")
    ),
    "stopped": report(result("fail", 0), planned=9, stopped=True),
    "strict": everything(strict=True, mode="filter", only="smoke check"),
}


def test_every_verdict_is_in_these_reports() -> None:
    assert list(OUTCOMES) == list(VERDICTS)


# --- exit codes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "changes", "code"),
    [
        (["pass", "tolerated", "known", "warn", "observed", "not-applicable"], {}, 0),
        (["pass", "warn"], {"strict": True}, 1),
        (["pass", "fail"], {}, 1),
        (["pass"], {"problems": ("it passes now",)}, 1),
        (["pass", "broken", "fail"], {}, 3),
        (["pass"], {"fault": Fault("a", "b")}, 3),
        (["pass"], {"planned": 2}, 3),
        (["not-applicable"], {}, 4),
        ([], {}, 4),
    ],
)
def test_the_exit_code(verdicts: list[str], changes: dict[str, Any], code: int) -> None:
    results = [result(verdict, number) for number, verdict in enumerate(verdicts)]
    assert report(*results, **changes).exit_code == code


@pytest.mark.parametrize("name", REPORTS)
def test_the_counts_of_the_last_line_add_up(name: str) -> None:
    found = REPORTS[name]
    assert sum(found.counts.values()) + found.left == found.planned
    line = found.last_line
    assert line.startswith("1 case" if found.planned == 1 else f"{found.planned} cases")
    if not found.fault:
        assert "unaccounted" in line


def test_a_case_without_a_result_is_unaccounted() -> None:
    assert "1 pass, 2 unaccounted" in report(result("pass", 0), planned=3).last_line


# --- text -----------------------------------------------------------------------------------------


def test_the_unexpected_comes_first_and_the_known_is_folded() -> None:
    shown = click.unstyle(text.render(everything()))
    order = [shown.index(part) for part in ("FAIL ", "BROKEN ", "WARN ", "1 known:", "8 cases")]
    assert order == sorted(order)
    assert f"{IDS[2]}: refused: no time" in shown
    assert shown.count(case(IDS[2]).title) == 0


def test_a_failure_is_told_with_all_that_it_takes() -> None:
    shown = click.unstyle(text.render(report(result("fail", 0))))
    found = case(IDS[0])
    for part in (found.id, found.title, found.why, KINDS["chunking"].means, "$.text of event 1"):
        assert part in shown
    assert 'expected  {"a": 1}' in shown
    assert "found     nothing" in shown
    assert "cut at byte 1, in 2 chunks\n            a\n            ┄┄┄┄ cut ┄┄┄┄\n" in shown
    assert "⟨ff⟩" in shown
    assert f"threadwire explain {found.id}" in shown


def test_of_very_many_failures_the_last_are_listed_only() -> None:
    results = [result("fail", 0)] * (text.SHOWN + 5)
    shown = click.unstyle(text.render(report(*results)))
    assert shown.count("threadwire explain") == text.SHOWN
    assert "and 5 more:" in shown


def test_colours_are_only_for_terminals() -> None:
    assert b"\x1b" not in run_test(adapter=("--wrong", "loses the text")).stdout


# --- json -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_json_validates_against_its_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema("report"))
    value = json.loads(json_report.render(REPORTS[name]))
    Draft202012Validator(schema("report")).validate(value)
    assert value["exit_code"] == REPORTS[name].exit_code


def test_the_schema_of_the_report_lists_what_the_tables_list() -> None:
    members = schema("report")["$defs"]["result"]["properties"]
    assert members["verdict"]["enum"] == list(VERDICTS)
    assert members["kind"]["enum"] == list(KINDS)
    assert schema("report")["properties"]["counts"]["required"] == list(VERDICTS)


def test_the_schema_of_the_report_refuses_what_is_none() -> None:
    value = json_report.value(everything())
    validator = Draft202012Validator(schema("report"))
    for change in ({"format": 2}, {"results": [{}]}, {"counts": {}}, {"more": 1}):
        assert not validator.is_valid({**value, **change})


def test_json_tells_nothing_from_null() -> None:
    rows = json.loads(json_report.render(everything()))["results"]
    assert rows[3]["expected"] == {"a": 1}
    assert "found" not in rows[3]
    assert (rows[3]["cut"], rows[2]["cut"]) == ("cut at byte 1", "as written")


# --- junit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_xml_whose_counts_add_up(name: str) -> None:
    root = ElementTree.fromstring(junit.render(REPORTS[name]))
    for element in [root, *root.findall("testsuite")]:
        cases = element.findall(".//testcase")
        assert int(element.get("tests", "")) == len(cases)
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(element.get(count, "")) == sum(c.find(tag) is not None for c in cases)


def test_junit_fails_what_is_red_and_skips_what_is_not_judged() -> None:
    root = ElementTree.fromstring(junit.render(everything()))
    found = {c.get("name"): [child.tag for child in c] for c in root.iter("testcase")}
    tags = [found[i] for i in IDS[:8]]
    assert tags == [[], [], ["skipped"], ["failure"], ["skipped"], [], ["skipped"], ["error"]]
    strict = ElementTree.fromstring(junit.render(everything(strict=True)))
    assert len(list(strict.iter("failure"))) == 2


def test_junit_of_a_broken_adapter_is_red() -> None:
    root = ElementTree.fromstring(junit.render(REPORTS["an adapter that is broken"]))
    assert root.get("errors") == "1"
    assert "start it" in ElementTree.tostring(root, encoding="unicode")


def test_junit_is_read_by_a_reader_of_junit(tmp_path: Path) -> None:
    junitparser = pytest.importorskip("junitparser")
    file = tmp_path / "report.xml"
    file.write_text(junit.render(everything()), encoding="utf-8")
    read = junitparser.JUnitXml.fromfile(str(file))
    assert (read.tests, read.failures, read.errors, read.skipped) == (9, 1, 2, 3)
    names = [found.name for topic in read for found in topic]
    assert sorted(names) == sorted([*IDS[:8], "known failures"])


# --- markdown and badge ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_is_made_of_whole_tables(name: str) -> None:
    lines = markdown.render(REPORTS[name]).splitlines()
    assert REPORTS[name].last_line.partition(":")[0] in lines[-1]
    table: list[int] = []
    for line in [*lines, ""]:
        if line.startswith("|"):
            table.append(line.replace("\\|", "").count("|"))
        else:
            assert len(set(table)) <= 1
            table = []


@pytest.mark.parametrize(
    ("name", "message", "colour"),
    [
        ("all passed", "2 of 2", "brightgreen"),
        ("everything", "adapter broken", "lightgrey"),
        ("nothing ran", "nothing ran", "lightgrey"),
        ("stopped", "0 of 1", "red"),
    ],
)
def test_the_badge_is_an_endpoint_document(name: str, message: str, colour: str) -> None:
    document = json.loads(badge.render(REPORTS[name]))
    assert document == {
        "schemaVersion": 1,
        "label": "notes conformance",
        "message": message,
        "color": colour,
    }


def test_a_badge_with_known_failures_is_not_bright() -> None:
    document = json.loads(badge.render(report(result("pass", 0), result("known", 1))))
    assert (document["message"], document["color"]) == ("1 of 2", "yellow")


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_comes_from_the_command_line(form: str) -> None:
    result = run_test("--format", form, adapter=("--wrong", "loses the text"))
    assert result.returncode == 1
    assert result.stdout.decode("utf-8").endswith("\n")
    if form != "text":
        assert b"0 unaccounted" in result.stderr


# --- bytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chunks", "shown"),
    [
        ([b"a\r\nb\rc\n"], "a␍␊\nb␍\nc␊"),
        ([b"a\r", b"\nb"], "a␍\n┄┄┄┄ cut ┄┄┄┄\n␊\nb"),
        (["ä".encode()[:1], "ä".encode()[1:]], "⟨c3⟩\n┄┄┄┄ cut ┄┄┄┄\n⟨a4⟩"),
        (["\ufeffa\0\t\u2028\xa0".encode()], "⟨BOM⟩a␀␉⟨LINE SEPARATOR⟩⟨NO-BREAK SPACE⟩"),
        ([b"\x1b[31m"], "⟨U+001B⟩[31m"),
        ([b"a", b"", b"b"], "a\n┄┄┄┄ cut ┄┄┄┄\n(no bytes)\n┄┄┄┄ cut ┄┄┄┄\nb"),
    ],
)
def test_bytes_are_shown_as_a_person_can_read_them(chunks: list[bytes], shown: str) -> None:
    assert show_chunks(chunks) == shown


def test_of_many_bytes_those_around_the_cut_are_shown() -> None:
    shown = show_chunks([b"a\n" * 500, b"b\n" * 500]).splitlines()
    assert len(shown) < 30
    assert "┄┄┄┄ cut ┄┄┄┄" in shown
    assert shown[0].endswith("lines before")
    assert shown[-1].endswith("lines after")
    long = show_chunks([b"x" * 10_000_000])
    assert len(long) < 400
