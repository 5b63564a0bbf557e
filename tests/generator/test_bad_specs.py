"""Each bad spec is a good one with something wrong, beside the exact findings that it must give.

A folder of `bad_specs` holds the files that differ from `_base`, the names of those that are not
there in `removed.txt`, and the findings in `findings.txt`.  There is no code for any one of them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from threadwire_generator.build import read_spec
from threadwire_generator.findings import format_finding
from threadwire_generator.lint import RULES
from threadwire_generator.load import LOAD_RULES
from threadwire_generator.shape import SHAPE_RULES

HERE = Path(__file__).parent / "bad_specs"
BASE = HERE / "_base"
CASES = sorted(path for path in HERE.iterdir() if path.is_dir() and path != BASE)
NOT_SPEC = {"findings.txt", "removed.txt"}


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def lay_out(case: Path, folder: Path) -> None:
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for path in case.iterdir():
        if path.name not in NOT_SPEC:
            shutil.copyfile(path, folder / path.name)
    for name in lines(case / "removed.txt"):
        (folder / name).unlink()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_spec_gives_exactly_its_findings(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    spec, findings = read_spec(Path())
    assert [format_finding(finding) for finding in findings] == lines(case / "findings.txt")
    assert (spec is None) == any(finding.is_error for finding in findings)


def test_the_base_of_the_bad_specs_has_no_findings() -> None:
    spec, findings = read_spec(BASE)
    assert findings == []
    assert spec is not None


def test_every_bad_spec_has_findings() -> None:
    assert len(CASES) >= 45
    assert [case.name for case in CASES if not lines(case / "findings.txt")] == []


def test_every_rule_is_broken_by_a_bad_spec() -> None:
    broken = {line.split(" ")[1] for case in CASES for line in lines(case / "findings.txt")}
    known = {rule.id for rule in RULES} | set(SHAPE_RULES) | set(LOAD_RULES)
    on_disk = {"load/folder", "load/file", "load/size"}  # no folder of a checkout can show these
    assert known - broken == on_disk
    assert broken <= known


def test_a_bad_spec_is_named_after_a_rule_that_it_breaks() -> None:
    def is_named_after_its_rule(case: Path) -> bool:
        rules = {line.split(" ")[1].replace("/", "-") for line in lines(case / "findings.txt")}
        stages = {rule.split("-")[0] for rule in rules if rule.startswith(("load-", "shape-"))}
        return case.name.split("-")[0] in stages or any(
            case.name.startswith(rule.rsplit("-", 1)[0]) for rule in rules
        )

    assert [case.name for case in CASES if not is_named_after_its_rule(case)] == []
