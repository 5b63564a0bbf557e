"""The README's transcript of a changed API: every command is run, and prints what stands there.

A line `…` stands for lines that are left out.  The document before and after lies in
`tests/transcript/`.  `python test_transcript.py` prints the transcript anew.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
DOCUMENTS = ROOT / "tests" / "transcript"
LEFT_OUT = "…"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not there")


class Step(NamedTuple):
    """A command, and what it prints."""

    command: str
    printed: list[str]


def section() -> str:
    text = README.read_text(encoding="utf-8")
    return text.partition("<!-- transcript:begin -->")[2].partition("<!-- transcript:end -->")[0]


def steps(text: str) -> Iterator[Step]:
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
        step: Step | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if step:
                    yield step
                step = Step(line[2:], [])
            elif line.startswith("> ") and step and not step.printed:
                step = Step(f"{step.command}\n{line[2:]}", [])
            elif step:
                step.printed.append(line)
        if step:
            yield step


def desk(folder: Path) -> Path:
    """A repository with nothing but a document; the next one lies beside it."""
    place = folder / "weather"
    shutil.copytree(DOCUMENTS / "before", place)
    shutil.copytree(DOCUMENTS / "after", folder / "new")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=place, check=True, env=environment())
    return place


def environment() -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "NO_COLOR": "1"}
    for who in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{who}_NAME": "nobody", f"GIT_{who}_EMAIL": "nobody@example.org"}
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env.get('PATH', '')}"
    return env


def run(command: str, place: Path) -> list[str]:
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=place,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return [line.rstrip() for line in done.stdout.decode().splitlines()]


def fits(expected: list[str], printed: list[str]) -> bool:
    pattern = "".join(
        r"(?:.*\n)*?" if line == LEFT_OUT else f"{re.escape(line.rstrip())}\n" for line in expected
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def test_a_line_that_is_left_out_stands_for_any_number() -> None:
    assert fits(["a", LEFT_OUT, "d"], ["a", "b", "c", "d"])
    assert fits(["a", LEFT_OUT], ["a"])
    assert not fits(["a"], ["a", "b"])
    assert not fits(["a", LEFT_OUT, "c"], ["a", "b"])


def test_the_transcript_of_a_changed_api_is_what_the_commands_print(tmp_path: Path) -> None:
    told = list(steps(section()))
    commands = " ".join(step.command for step in told)
    for word in ("init", "generate", "diff", "import", "check --against", "test"):
        assert f"threadwire {word}" in commands
    place = desk(tmp_path)
    for command, expected in told:
        printed = run(command, place)
        assert fits(expected, printed), "\n".join([f"$ {command}", *printed])


def main(folder: Path) -> None:
    """Print every command of the transcript with all that it prints."""
    place = desk(folder)
    for command, _ in steps(section()):
        print("$ " + command.replace("\n", "\n> "), *run(command, place), sep="\n")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
