"""The kit proves itself: every named fault is killed, and every case kills one."""

from __future__ import annotations

import importlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from faults.base import Base
from faults.derived import Derived
from faults.fault import BASES, HERE, the_spec
from faults.matrix import PLAINEST, Matrix, authored, fails, matrix, matrix_of_all
from faults.page import COMMAND, PAGE, page
from faults.table import FAULTS
from faults.values import Values
from threadwire_conformance.suite import Case, Expectation, Suite, load_suite
from threadwire_generator.build import read_spec
from threadwire_generator.targets.suite import compile_suite
from threadwire_generator.targets.suite.derive import DERIVATIONS

PIPELINE = Path(__file__).parents[1] / "protocols" / "pipeline"
NO_PART_OF_THE_TABLE = ("base", "values")


@cache
def suite() -> Suite:
    return load_suite()


@cache
def found() -> Matrix:
    return matrix_of_all()


@cache
def derived() -> Derived:
    return Derived(suite(), the_spec())


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Derived:
    """The derived cases of the second protocol, whose enumerations and unions are closed."""
    spec, findings = read_spec(PIPELINE)
    assert spec is not None, findings
    folder = tmp_path_factory.mktemp("suite")
    text = compile_suite(spec).files()["suite.json"]
    assert isinstance(text, str)
    (folder / "suite.json").write_text(text, encoding="utf-8")
    return Derived(load_suite(folder), spec)


def without(*ids: str) -> list[Case]:
    return [case for case in authored(suite()) if case.id not in ids]


# --- the table ------------------------------------------------------------------------------------


def test_there_are_many_faults_and_each_has_a_name_of_its_own() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
    assert sum(bool(fault.seen) for fault in FAULTS) >= 45


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_says_in_one_sentence_what_is_wrong(fault) -> None:
    assert fault.wrong.endswith(".")
    assert fault.wrong.count(". ") == 0
    assert len(fault.wrong) <= 110
    assert "|" not in fault.wrong + "".join(fault.seen)
    assert issubclass(fault.decoder, (Base, Values))


def test_every_fault_that_is_written_is_in_the_table() -> None:
    listed = {fault.decoder for fault in FAULTS}
    written: set[type] = set()
    for path in HERE.glob("*.py"):
        if path.stem in NO_PART_OF_THE_TABLE or path.stem.startswith("__"):
            continue
        module = importlib.import_module(f"faults.{path.stem}")
        for name, value in vars(module).items():
            if (
                isinstance(value, type)
                and issubclass(value, (Base, Values))
                and value.__module__ == module.__name__
                and not name.startswith("_")
            ):
                written.add(value)
    helpers = {value for value in written if value.__name__ in ("Parts", "Closed")} - listed
    assert written - listed - helpers == set()
    assert listed <= written


# --- the decoders without a fault -----------------------------------------------------------------


@pytest.mark.parametrize("base", BASES)
def test_a_decoder_without_a_fault_passes_every_case(base: str) -> None:
    decode = BASES[base]
    cases = [case for case in suite().cases if case.level != "observe"]
    assert [case.id for case in cases if fails(suite(), case, decode)] == []


def test_a_decoder_without_a_fault_passes_every_cutting() -> None:
    cases = [case for case in authored(suite()) if case.cuts == "every"]
    assert len(cases) > 50
    assert [case.id for case in cases if fails(suite(), case, BASES["package"], cut=True)] == []


# --- both directions ------------------------------------------------------------------------------


def test_every_fault_is_killed() -> None:
    assert found().survivors() == []


def test_every_case_kills_a_fault_that_few_others_do() -> None:
    assert found().idle(authored(suite())) == []


def test_a_fault_survives_without_its_only_killer() -> None:
    name, (killer,) = next((n, cases) for n, cases in found().kills.items() if len(cases) == 1)
    fault = next(fault for fault in FAULTS if fault.name == name)
    assert matrix(suite(), [suite().by_id[killer]], [fault]).survivors() == []
    assert matrix(suite(), without(killer), [fault]).survivors() == [name]


def test_a_case_that_nobody_can_fail_is_idle() -> None:
    allowed = [Expectation((), "done"), Expectation((), "truncated", error_class="other")]
    useless = replace(
        suite().by_id["end/no-bytes"], id="made/useless", accept=tuple(allowed), level="must"
    )
    assert matrix(suite(), [useless]).idle([useless]) == ["made/useless"]


def test_a_case_that_only_blunt_faults_fail_is_idle() -> None:
    plain = replace(suite().by_id["framing/lf"], id="made/plain")
    kills = {
        name: (*cases, plain.id) if "framing/lf" in cases else cases
        for name, cases in found().kills.items()
    }
    assert Matrix(kills).idle([*authored(suite()), plain]) == ["made/plain"]


@pytest.mark.parametrize("case_id", PLAINEST)
def test_an_exception_is_needed_and_kills_all_the_same(case_id: str) -> None:
    renamed = {
        name: tuple("renamed" if case == case_id else case for case in cases)
        for name, cases in found().kills.items()
    }
    cases = [replace(c, id="renamed") if c.id == case_id else c for c in authored(suite())]
    assert Matrix(renamed).idle(cases) == ["renamed"]
    assert found().killers[case_id]


# --- derived cases --------------------------------------------------------------------------------


def test_every_mutant_of_the_spec_is_killed_by_a_derived_case() -> None:
    assert len(derived().mutants) > 1000
    assert [mutant.name for mutant in derived().survivors()] == []


def test_every_mutant_of_the_second_protocol_is_killed(second: Derived) -> None:
    assert len(second.mutants) > 100
    assert [mutant.name for mutant in second.survivors()] == []


@pytest.mark.parametrize("row", [row.name for row in DERIVATIONS])
def test_every_rule_of_derivation_kills_what_it_is_there_for(row: str, second: Derived) -> None:
    here = derived() if row in derived().rows else second
    assert here.killed_by_row(row, FAULTS) is not None


def test_whole_runs_kill_what_they_are_there_for() -> None:
    assert derived().killed_by_row("run", FAULTS) is not None


def test_mutants_survive_without_the_rule_that_is_there_for_them() -> None:
    row = "tag-no-string"
    cases = tuple(case for case in suite().cases if f"derivation:{row}" not in case.covers)
    lacking = Derived(replace(suite(), cases=cases), the_spec())
    some = [mutant for mutant in lacking.mutants if row in mutant.rows][:2]
    assert len(some) == 2
    assert list(lacking.survivors(some)) == some


def test_a_rule_that_makes_nothing_but_plain_payloads_kills_nothing() -> None:
    plain = derived().rows["minimal"]
    cases = [replace(case, covers=("derivation:fraction",)) for case in plain]
    lazy = Derived(replace(suite(), cases=(*plain, *cases)), the_spec())
    assert lazy.killed_by_row("fraction", FAULTS) is None


# --- the page -------------------------------------------------------------------------------------


def test_the_page_is_in_step() -> None:
    text = page(found(), suite(), derived())
    assert PAGE.read_text(encoding="utf-8") == text, f"run: {COMMAND}"
