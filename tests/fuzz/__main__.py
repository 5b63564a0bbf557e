"""Fuzz the generated decoder for some minutes, and say how many inputs were tried.

    PYTHONPATH=tests python -m fuzz --minutes 3

Coverage-guided by atheris where it is installed (`pip install atheris`; it is no dependency of
the project), else by a small fuzzer of our own.  Exit status: 0 if nothing was found, 1 if
something was; the input that shows it is kept in the folder that `--keep` names.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run the fuzzer that there is."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1, help="of the random choices")
    parser.add_argument("--plain", action="store_true", help="do without atheris")
    parser.add_argument("--keep", type=Path, default=Path(".fuzz"), help="where findings are kept")
    parser.add_argument("--input", type=Path, help="try this one input and nothing else")
    options = parser.parse_args()
    if options.input is not None:
        from fuzz.target import check

        check(options.input.read_bytes())
        print(f"{options.input}: nothing found")
        return 0
    has_atheris = importlib.util.find_spec("atheris") is not None
    if has_atheris and not options.plain:
        return _with_atheris(options.minutes, options.seed, options.keep)
    if not has_atheris:
        print("atheris is not installed (pip install atheris); fuzzing without it")
    return _plainly(options.minutes, options.seed, options.keep)


def _with_atheris(minutes: float, seed: int, keep: Path) -> int:
    from fuzz.target import TOKENS, seeds

    keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for number, data in enumerate(seeds()):
            (corpus / str(number)).write_bytes(data)
        quoted = ["".join(f"\\x{byte:02x}" for byte in token[:64]) for token in TOKENS]
        words.write_text("".join(f'"{word}"\n' for word in quoted), encoding="ascii")
        command = [sys.executable, "-m", "fuzz.with_atheris", str(corpus), f"-dict={words}"]
        command += [f"-max_total_time={int(minutes * 60)}", f"-seed={seed}", "-max_len=8000"]
        command += ["-print_final_stats=1", f"-artifact_prefix={keep}/", "-timeout=20"]
        done = subprocess.run(
            command,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=os.environ,
            check=False,
        )
    tried = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    edges = re.findall(r"cov: (\d+)", done.stderr)
    number = int(tried[1]) if tried else 0
    if done.returncode or not tried:
        print(done.stderr[-6000:])
        print(f"found something after {number} inputs; it is kept in {keep}/")
        return 1
    print(f"atheris: {number} inputs in {minutes:g} minutes, {edges[-1]} edges: nothing found")
    return 0


def _plainly(minutes: float, seed: int, keep: Path) -> int:
    from fuzz.plain import fuzz
    from fuzz.target import check, seeds

    latest = b""

    def remembered(data: bytes) -> None:
        nonlocal latest
        latest = data
        check(data)

    try:
        number = fuzz(remembered, seeds(), minutes * 60, seed)
    except BaseException:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "finding").write_bytes(latest)
        print(f"found something; the input is kept as {keep}/finding")
        raise
    print(f"without atheris: {number} inputs in {minutes:g} minutes: nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
