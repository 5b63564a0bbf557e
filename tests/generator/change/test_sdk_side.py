"""The installed official SDK as one side of a comparison."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest
from threadwire_generator.build import read_spec
from threadwire_generator.change.compare import compare
from threadwire_generator.change.contract import Member, Null, Object, Schema, String
from threadwire_generator.change.of_sdk import SdkError, blurred, contract_of_sdk
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.cli import run

ROOT = Path(__file__).parents[3]
PLACES = {"openai": "openai.types.beta:AssistantStreamEvent"}


def installed() -> str | None:
    try:
        return metadata.version("openai")
    except metadata.PackageNotFoundError:
        return None


needs_sdk = pytest.mark.skipif(installed() is None, reason="the official SDK is not installed")


@needs_sdk
def test_the_sdk_says_which_version_it_is() -> None:
    contract = contract_of_sdk("openai", PLACES)
    assert contract.about == f"openai {installed()}"
    assert "thread.run.created" in contract.events


@needs_sdk
def test_the_spec_names_the_type_of_the_sdk() -> None:
    spec, findings = read_spec(ROOT / "schema" / "assistants")
    assert spec is not None, findings
    assert spec.source is not None
    assert spec.source.sdk == PLACES


@needs_sdk
@pytest.mark.skipif(installed() != "3.54.0", reason="what drifts was read of another version")
def test_what_drifts_is_what_is_known_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert run(["diff", "schema/assistants", "sdk:openai", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {(c["path"], c["kind"], c["detail"]) for c in told["changes"]} == {
        ("AssistantStreamEvent", "event_removed", "done"),
        ("AssistantStreamEvent<thread.created>.enabled", "field_added", "optional boolean|null"),
        ("Error=>ErrorObject.misalignment", "field_added", "optional Misalignment|null"),
        ("FileSearchToolCallDelta.file_search", "type_changed", "map<any> -> any"),
    }


def test_what_an_sdk_cannot_say_is_left_out() -> None:
    spec, _ = read_spec(ROOT / "schema" / "assistants")
    assert spec is not None
    contract = contract_of_spec(spec, "documented")
    for schema in blurred(contract).types.values():
        for part in schema.parts:
            assert getattr(part, "limits", ()) == ()
            assert getattr(part, "format", None) is None
            for member in part.members if isinstance(part, Object) else ():
                assert (
                    member.required
                    or Null() in contract.resolve(member.schema).parts
                    or (Null() in member.schema.parts)
                )
    assert compare(blurred(contract), blurred(contract)).changes == ()


def test_what_may_be_null_may_be_absent_and_the_reverse() -> None:
    spec, _ = read_spec(ROOT / "tests/protocols/pipeline")
    assert spec is not None
    contract = contract_of_spec(spec, "documented")
    (part,) = blurred(contract).types["Build"].parts
    assert isinstance(part, Object)
    assert part.member("id") == Member("id", Schema((String(),)), required=True)
    load = part.member("load")
    assert load is not None
    assert (load.required, load.schema.nullable) == (False, True)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("os:environ", "does not hold the package os"),
        ("antigravity:fly", "does not hold the package antigravity"),
        ("no_such_package:Name", "does not hold the package no_such_package"),
        ("click:NoSuchName", "cannot be read"),
        ("click.no_such_module:Name", "cannot be read"),
        ("click:echo", "click:echo"),
        ("click", "names no type of"),
        ("click:echo; import os", "names no type of"),
        (".click:echo", "names no type of"),
    ],
)
def test_a_spec_chooses_no_module_outside_of_what_was_named(place: str, message: str) -> None:
    with pytest.raises(SdkError, match=message):
        contract_of_sdk("click", {"click": place})


def test_a_distribution_that_is_not_installed_is_told() -> None:
    with pytest.raises(SdkError, match="pip install no-such-distribution"):
        contract_of_sdk("no-such-distribution", PLACES)
