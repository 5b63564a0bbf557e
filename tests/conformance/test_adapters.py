"""Adapters that come with the kit: the reference passes everything, templates get a verdict."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small import FOLDER, last_line, threadwire
from threadwire_conformance.reference import load as load_package
from threadwire_conformance.replies import FEATURES, reply
from threadwire_conformance.suite import load_suite

ADAPTERS = Path(__file__).parents[2] / "conformance" / "adapters"
REFERENCE = ADAPTERS / "reference" / "adapter.py"
TEMPLATES = ADAPTERS / "templates"
LONGEST_TEMPLATE = 60


def test_the_reference_passes_the_whole_suite_through_the_protocol() -> None:
    """No known failures; what may be observed is."""
    command = ["--strict", "--format", "json", "--", sys.executable, str(REFERENCE)]
    result = threadwire("test", *command)
    report = json.loads(result.stdout)
    wrong = [r["case"] for r in report["results"] if r["verdict"] in ("fail", "warn", "broken")]
    assert wrong == []
    assert result.returncode == 0
    counts = report["counts"]
    assert counts["pass"] + counts["tolerated"] + counts["observed"] == len(load_suite().cases)


def test_the_reference_states_every_feature_of_the_suite() -> None:
    assert set(FEATURES) == load_suite().features.keys()


def test_the_reference_answers_as_text_what_it_answers_as_a_value() -> None:
    stream = b'id: 7\nevent: ping\ndata: "\xc3\xa4\xff\n\n'
    value = reply(load_package(), [stream])
    assert value["events"] == [{"event": "ping", "unknown": True, "raw": '"ä\ufffd'}]
    assert (value["end"], value["error"]["class"]) == ("error", "truncated")
    assert value["last_event_id"] == "7"


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not there")
    return found


def built(folder: Path) -> str:
    go = needs("go")
    program = folder / "adapter"
    shutil.copy(TEMPLATES / "go" / "main.go", folder)
    env = {
        **os.environ,
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-mod=mod",
        "GO111MODULE": "off",
    }
    subprocess.run([go, "build", "-o", program, "main.go"], cwd=folder, check=True, env=env)
    return str(program)


def command_of(template: str, folder: Path) -> list[str]:
    path = str(TEMPLATES / template)
    match template:
        case "python/adapter.py":
            return ["--", sys.executable, path]
        case "python/filter.py":
            return ["--filter", "--", sys.executable, path]
        case "node/adapter.mjs":
            return ["--", needs("node"), path]
        case "go/main.go":
            return ["--", built(folder)]
        case "shell/filter.sh":
            needs("jq")
            needs("awk")
            return ["--filter", "--", needs("sh"), path]
        case _:
            raise AssertionError(f"no command for {template}")


@pytest.mark.parametrize(
    "template",
    [p.relative_to(TEMPLATES).as_posix() for p in sorted(TEMPLATES.glob("*/*")) if p.is_file()],
)
def test_a_template_is_a_right_adapter_around_a_plain_decoder(
    template: str, tmp_path: Path
) -> None:
    """Nothing is broken: it passes what is plain, and fails where its decoder is too plain."""
    command = command_of(template, tmp_path)
    result = threadwire("test", "--suite", str(FOLDER), *command)
    line = last_line(result.stdout)
    assert result.returncode == 1
    assert "broken" not in line
    assert " 10 pass, 2 fail" in line or " 9 pass, 1 tolerated, 2 fail" in line


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.*")), ids=lambda p: p.name)
def test_a_template_fits_on_a_page(template: Path) -> None:
    assert len(template.read_text(encoding="utf-8").splitlines()) < LONGEST_TEMPLATE


def test_the_page_says_what_the_protocol_says() -> None:
    """Every word of an answer that the page shows is in the schema."""
    page = (TEMPLATES / "YOUR-LANGUAGE.md").read_text(encoding="utf-8")
    for word in ("protocol", "chunks", "seq", "events", "end", "features", "unknown", "invalid"):
        assert f'"{word}"' in page or f"`{word}`" in page
    for word in ("done", "eof", "error", "server", "payload", "truncated", "too-large", "other"):
        assert f"`{word}`" in page
