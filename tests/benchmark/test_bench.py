"""The benchmark measures what it says: valid streams, sums that add up, figures that are shown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from assistant_events import UnknownEvent, decode
from pydantic import BaseModel

from bench import corpora, report
from bench.contenders import CONTENDERS, is_there
from bench.gates import GATES, judged
from bench.run import groups, ratios

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results.json"


def results() -> dict[str, Any]:
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def undeclared(value: Any) -> list[str]:
    if isinstance(value, BaseModel):
        inner = [
            name for field in type(value).model_fields for name in undeclared(getattr(value, field))
        ]
        return [*(value.model_extra or {}), *inner]
    if isinstance(value, list):
        return [name for item in value for name in undeclared(item)]
    return []


@pytest.mark.parametrize("sample", corpora.SAMPLES)
def test_every_event_of_a_sample_is_known_and_valid_and_has_declared_members_only(sample):
    for stream in corpora.SAMPLES[sample](7):
        events = decode(b"".join(stream))
        assert len(events) == len(stream)
        assert not any(isinstance(event, UnknownEvent) for event in events)
        assert [name for event in events for name in undeclared(event.data)] == []


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    assert corpora.main(3, 2, 50) == corpora.main(3, 2, 50)
    assert corpora.main(3, 1, 50) != corpora.main(4, 1, 50)


def test_the_main_sample_is_mixed_like_the_recorded_streams():
    (stream,) = corpora.main(1, 1)
    share = {
        name: sum(block.startswith(b"event: " + name) for block in stream) / len(stream)
        for name in (b"thread.message.delta", b"thread.run.step.delta")
    }
    assert share[b"thread.message.delta"] == pytest.approx(0.924, abs=0.01)
    assert share[b"thread.run.step.delta"] == pytest.approx(0.067, abs=0.01)
    assert sum(map(len, stream)) / len(stream) == pytest.approx(197, abs=5)


@pytest.mark.parametrize("size", corpora.CHUNK_SIZES.values())
def test_chunks_put_together_are_the_stream(size):
    (stream,) = corpora.many(1, 1)
    assert b"".join(corpora.cut(stream, size)) == b"".join(stream)


def test_every_contender_sees_every_event_and_is_timed_in_every_round():
    there = [name for name in CONTENDERS if is_there(name)]
    pairs = [(name, "1400 B", "main, short") for name in there]
    plan = {"seed": 1, "order": 1, "groups": [{"name": "all", "rounds": 2, "pairs": pairs}]}
    done = subprocess.run(  # by itself: it makes one package stand in for another
        [sys.executable, "-m", "bench.timing"],
        cwd=ROOT,
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [len(times) for times in json.loads(done.stdout)["all"].values()] == [2] * len(there)


def test_a_ratio_is_taken_within_a_round():
    def pairs(contender_times: dict[str, list[float]]) -> dict[str, list[float]]:
        return {f"{name} | 64 KB | main": times for name, times in contender_times.items()}

    times = {
        group.name: {pair.name: [1.0, 1.0, 1.0] for pair in group.pairs} for group in groups(3)
    }
    times["main, 64 KB"] = pairs({"ours": [1.0, 2.0, 100.0], "floor": [0.5, 1.0, 10.0]})
    assert ratios(times)["ours / floor, main, 64 KB"] == 2.0


@pytest.mark.parametrize(
    ("measured", "verdict"), [(2.9, "aim"), (3.5, "pass"), (4.1, "FAIL"), (None, "not run")]
)
def test_a_verdict_is_read_off_the_row(measured, verdict):
    (gate,) = (gate for gate in GATES if gate.id == "floor")
    figures = [] if measured is None else [measured]
    assert gate.verdict({"ratios": {"ours / floor, main, 64 KB": figures}}) == verdict


def test_the_committed_verdicts_follow_from_the_committed_figures():
    committed = results()
    assert [(row["id"], row["verdict"]) for row in committed["gates"]] == [
        (row["id"], row["verdict"]) for row in judged(committed)
    ]


def test_the_readme_shows_the_committed_figures():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert report.block(results()) in text, "run: python -m bench.report --readme README.md"


def test_a_file_without_the_markers_is_refused():
    with pytest.raises(ValueError, match="bench:begin"):
        report.rewritten("# nothing\n", results())
