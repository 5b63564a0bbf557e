"""The package is copied into somebody's project under another name, and needs pydantic alone."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import assistant_events
import pytest
from support.payloads import END, frame, message_delta, thread

PACKAGE = Path(assistant_events.__file__).parent

# What pydantic itself is made of.
PYDANTIC = {
    "annotated_types",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "typing_inspection",
}

_TRY = """
import sys

ALLOWED = {allowed!r}

class OnlyPydantic:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root in ALLOWED or root in sys.stdlib_module_names or root.startswith("_sysconfig"):
            return None
        raise ImportError(f"{{name}} is not there")

sys.path.insert(0, {folder!r})
sys.meta_path.insert(0, OnlyPydantic())

import {name} as package

events = package.decode({stream!r})
assert [type(event).__name__ for event in events] == [
    "ThreadCreated", "ThreadMessageDelta", "UnknownEvent", "ErrorEvent", "Done"
], events
assert type(events[0]).__module__ == "{name}.events"
assert package.decode(b"".join(map(package.encode, events))) == events
try:
    package.decode(b"event: thread.created\\ndata: {{}}\\n\\n")
except package.PayloadError as error:
    assert error.path == "$.id"
else:
    raise AssertionError
loaded = {{name.partition(".")[0] for name in sys.modules}}
extra = {{n for n in loaded if n not in sys.stdlib_module_names and not n.startswith("_")}}
print(sorted(extra - ALLOWED))
"""


@pytest.mark.parametrize("name", ["copied", "inner.package", "Größe"])
def test_a_copy_under_another_name_works_with_pydantic_alone(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "project"
    shutil.copytree(PACKAGE, folder.joinpath(*name.split(".")), ignore=_no_caches)
    stream = (
        frame("thread.created", thread())
        + frame("thread.message.delta", message_delta())
        + frame("ping", "x")
        + frame("error", "boom")
        + END
    )
    allowed = {*PYDANTIC, name.partition(".")[0]}
    script = tmp_path / "try.py"
    script.write_text(
        _TRY.format(allowed=allowed, folder=str(folder), name=name, stream=stream), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(script)],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "THREADWIRE"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # what an editable install of something puts into every interpreter is not ours
    assert "threadwire" not in done.stdout
    assert "assistant_events" not in done.stdout


def _no_caches(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__"]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_a_module_imports_the_standard_library_pydantic_and_its_neighbours(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            roots = [(node.module or "").partition(".")[0]]
        else:
            continue
        for root in roots:
            assert root in sys.stdlib_module_names or root in ("pydantic", "pydantic_core"), root


def test_the_package_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_importing_the_package_builds_no_validator() -> None:
    """Most programs meet few of the payloads, and start faster for it."""
    code = (
        "import assistant_events as a\n"
        "built = [n for n in a.models.__all__\n"
        "         if getattr(getattr(a, n), '__pydantic_complete__', False)]\n"
        "assert not built, built\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("first", ["decode", "threads", "instances", "encode"])
def test_whatever_is_done_first_works(first: str) -> None:
    """Validators are built at first use, in one thread or in many."""
    code = {
        "decode": "assert type(decode(stream, require_done=False)[0]) is ThreadRunCreated",
        "instances": "Thread(id='a', object='thread', created_at=1, metadata=None, x=1)",
        "encode": "print(encode(ThreadCreated(Thread.model_construct({'id'}, id='a'))))",
        "threads": (
            "from concurrent.futures import ThreadPoolExecutor\n"
            "from threading import Barrier\n"
            "barrier = Barrier(16)\n"
            "def work(_):\n"
            "    barrier.wait()\n"
            "    return type(decode(stream, require_done=False)[0])\n"
            "with ThreadPoolExecutor(16) as pool:\n"
            "    assert set(pool.map(work, range(16))) == {ThreadRunCreated}\n"
        ),
    }[first]
    from support.payloads import run

    head = f"from assistant_events import *\nstream = {frame('thread.run.created', run())!r}\n"
    command = [sys.executable, "-W", "error", "-c", head + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
