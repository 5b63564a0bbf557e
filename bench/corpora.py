"""Streams to measure on: seeded, with invented text, shaped like streams that were recorded.

The same seed gives the same bytes.  Every event is valid under the spec and has no member that the
spec does not know, so that no reader is measured on its errors.  Three kinds:

* main: mixed; long answers, some code and function calls. About 92 % of the events are pieces of a
  message, 7 % pieces of a step, the rest whole objects; 200 bytes an event in the mean.
* many: short streams of some 58 events, of which a third are whole objects or begin something.
* fat: streams of few events, half of which carry 64 KB of logs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Stream = list[bytes]
"""One stream, as its blocks: each an event with its blank line."""

_PROSE = """
the of and to in a is for on with as by at from that this which when after before over under
gauge ridge harbour lantern copper willow ledger tide meadow anchor signal parcel orchard
measure compare reckon gather settle answer follow carry mend deliver count
north quiet narrow early steady plain bright brief seventh café naïve Größe 水位 — …
"""
_WORDS = _PROSE.split()
_ENDS = (", ", ". ", ".\n\n", ":\n- ", ' "', '" ', "\n", " (", ") ")
_PROGRAM = """\
import csv
|total| = |0|
|for| row| in| rows|:
|    |total| +=| float|(|row|[|'level'|]|)|
|print|(|total| /| len|(|rows|)|)|
|# gauge readings
"""
_CODE = _PROGRAM.split("|")
_HANDS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_MODEL = "model-of-the-day"
_LOG_BYTES = 64 * 1024

_FUNCTION = {
    "type": "function",
    "function": {
        "name": "read_gauge",
        "description": "Reads the water level at a gauge.",
        "parameters": {
            "type": "object",
            "properties": {"gauge": {"type": "string"}, "unit": {"enum": ["m", "ft"]}},
            "required": ["gauge"],
        },
        "strict": False,
    },
}
_TOOLS = [
    {"type": "code_interpreter"},
    {
        "type": "file_search",
        "file_search": {
            "ranking_options": {"ranker": "default_2024_08_21", "score_threshold": 0.0}
        },
    },
    _FUNCTION,
]


def main(seed: int, streams: int, deltas: int = 1600) -> list[Stream]:
    """Long streams; `deltas` is how many pieces of messages each has, about."""
    return [
        _Run(_rng(seed, "main", n)).stream(messages=[deltas], code=[deltas // 14])
        for n in range(streams)
    ]


def many(seed: int, streams: int) -> list[Stream]:
    """Short streams."""
    return [_Run(_rng(seed, "many", n)).stream(messages=[30], calls=[10]) for n in range(streams)]


def fat(seed: int, streams: int) -> list[Stream]:
    """Streams whose code prints much."""
    return [
        _Run(_rng(seed, "fat", n)).stream(messages=[8], code=[4], logs=12) for n in range(streams)
    ]


def one_event(seed: int, size: int) -> Stream:
    """A single event that carries about so many bytes of text, and the end."""
    run = _Run(_rng(seed, "one", size))
    run.step_delta(
        "code_interpreter", {"outputs": [{"index": 0, "type": "logs", "logs": "x" * size}]}
    )
    run.done()
    return run.blocks


def endless(seed: int, size: int) -> bytes:
    """Whole blocks of the main kind without an end, about so many bytes, to be repeated."""
    blocks = main(seed, 1, deltas=max(size // 190, 10))[0]
    return b"".join(blocks[:-1])


SAMPLES: dict[str, Callable[[int], list[Stream]]] = {
    "main": lambda seed: main(seed, 1),
    "many": lambda seed: many(seed, 15),
    "fat": lambda seed: fat(seed, 1),
    "main, short": lambda seed: main(seed, 1, deltas=140),
    "main, short, four times": lambda seed: main(seed, 4, deltas=140),
    "128 KB in one event": lambda seed: [one_event(seed, 128 * 1024)],
    "512 KB in one event": lambda seed: [one_event(seed, 512 * 1024)],
}
"""What is timed, by name: seed to streams."""

CHUNK_SIZES: dict[str, int | None] = {
    "64 KB": 64 * 1024,
    "1400 B": 1400,
    "one event": None,
    "64 B": 64,
    "1 B": 1,
}
"""By name: bytes a chunk; None stands for a chunk an event."""


def cut(stream: Stream, size: int | None) -> list[bytes]:
    """The stream in chunks of so many bytes, or a chunk an event."""
    if size is None:
        return list(stream)
    data = b"".join(stream)
    return [data[start : start + size] for start in range(0, len(data), size)]


def _rng(*parts: object) -> random.Random:
    return random.Random("/".join(map(str, parts)))  # a str seeds alike whatever the hash seed


class _Run:
    """Writes the stream of one run, event by event."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.blocks: Stream = []
        self.clock = 1_700_000_000 + rng.randrange(50_000_000)
        self.thread, self.assistant, self.run = map(self._id, ("thread", "asst", "run"))
        self.step = self.message = ""

    def stream(
        self,
        messages: list[int],
        code: list[int] | None = None,
        calls: list[int] | None = None,
        logs: int = 0,
    ) -> Stream:
        """All blocks; each list holds one count of pieces for each step of its kind."""
        self._emit(
            "thread.created",
            {
                "id": self.thread,
                "object": "thread",
                "created_at": self.clock,
                "metadata": {"desk": "harbour"},
                "tool_resources": {},
            },
        )
        for status in ("created", "queued", "in_progress"):
            self._emit(
                f"thread.run.{status}", self._run("queued" if status == "created" else status)
            )
        for pieces in code or []:
            self._tool_step("code_interpreter", self._code(pieces, logs))
        for pieces in calls or []:
            self._tool_step("function", self._arguments(pieces))
        for pieces in messages:
            self._message_step(pieces)
        self._emit("thread.run.completed", self._run("completed"))
        self.done()
        return self.blocks

    def done(self) -> None:
        """The end."""
        self.blocks.append(b"event: done\ndata: [DONE]\n\n")

    def step_delta(self, kind: str, body: dict[str, Any], call: str | None = None) -> None:
        """A piece of a tool call; the first one has its id."""
        first = {"id": call} if call else {}
        calls = [{"index": 0, **first, "type": kind, kind: body}]
        details = {"type": "tool_calls", "tool_calls": calls}
        self._emit(
            "thread.run.step.delta",
            {
                "id": self.step,
                "object": "thread.run.step.delta",
                "delta": {"step_details": details},
            },
        )

    def _emit(self, event: str, data: dict[str, Any]) -> None:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        self.blocks.append(f"event: {event}\ndata: {text}\n\n".encode())

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{''.join(self.rng.choices(_HANDS, k=24))}"

    def _word(self) -> str:
        piece = self.rng.choice(_WORDS)
        return self.rng.choice(_ENDS) if self.rng.random() < 0.12 else " " + piece

    # --- steps -----------------------------------------------------------------------------------

    def _tool_step(self, kind: str, bodies: Iterator[dict[str, Any]]) -> None:
        self.step = self._id("step")
        call = self._id("call")
        details: dict[str, Any] = {"type": "tool_calls", "tool_calls": []}
        for status in ("created", "in_progress"):
            self._emit(
                f"thread.run.step.{status}", self._step("tool_calls", "in_progress", details)
            )
        merged: dict[str, Any] = {}
        for number, body in enumerate(bodies):
            self.step_delta(kind, body, None if number else call)
            for member, value in body.items():
                if isinstance(value, list):
                    value = [_without_index(item) for item in value]
                merged[member] = merged[member] + value if member in merged else value
        details["tool_calls"] = [{"id": call, "type": kind, kind: merged}]
        self._emit("thread.run.step.completed", self._step("tool_calls", "completed", details))

    def _code(self, pieces: int, logs: int) -> Iterator[dict[str, Any]]:
        yield {"input": "", "outputs": []}
        for number in range(pieces):
            yield {"input": _CODE[number % len(_CODE)]}
        for index in range(max(logs, 1)):
            size = _LOG_BYTES if logs else 40
            yield {"outputs": [{"index": index, "type": "logs", "logs": self._log(size)}]}
            if logs:
                yield {"input": "\n"}

    def _arguments(self, pieces: int) -> Iterator[dict[str, Any]]:
        yield {"name": "read_gauge", "arguments": "", "output": None}
        yield {"arguments": '{"gauge":"'}
        for _ in range(pieces):
            yield {"arguments": self.rng.choice(_WORDS)}
        yield {"arguments": '"}'}

    def _log(self, size: int) -> str:
        lines: list[str] = []
        length = 0
        while length < size:
            line = f"{self.rng.randrange(10**6):06d} gauge {self.rng.random():.6f} {self._word()}\n"
            lines.append(line)
            length += len(line)
        return "".join(lines)

    def _message_step(self, pieces: int) -> None:
        self.step = self._id("step")
        self.message = self._id("msg")
        details = {"type": "message_creation", "message_creation": {"message_id": self.message}}
        for status in ("created", "in_progress"):
            step = self._step("message_creation", "in_progress", details)
            self._emit(f"thread.run.step.{status}", step)
        for status in ("created", "in_progress"):
            self._emit(f"thread.message.{status}", self._message("in_progress", []))
        text = ""
        notes: list[dict[str, Any]] = []
        for number in range(pieces):
            value: dict[str, Any] = {"value": self._word()}
            if number == 0:
                value["annotations"] = []
            elif number % 60 == 0:
                note = self._note(len(text), len(notes))
                value = {"value": note["text"], "annotations": [note]}
                notes.append(_without_index(note))
            text += value["value"]
            content = [{"index": 0, "type": "text", "text": value}]
            self._emit(
                "thread.message.delta",
                {
                    "id": self.message,
                    "object": "thread.message.delta",
                    "delta": {"content": content},
                },
            )
        whole = {"type": "text", "text": {"value": text, "annotations": notes}}
        self._emit("thread.message.completed", self._message("completed", [whole]))
        self._emit(
            "thread.run.step.completed", self._step("message_creation", "completed", details)
        )

    def _note(self, start: int, index: int) -> dict[str, Any]:
        mark = f"【{index}:0†tides.txt】"
        return {
            "index": index,
            "type": "file_citation",
            "text": mark,
            "start_index": start,
            "end_index": start + len(mark),
            "file_citation": {"file_id": self._id("file")},
        }

    # --- objects ---------------------------------------------------------------------------------

    def _run(self, status: str) -> dict[str, Any]:
        ended = status == "completed"
        return {
            "id": self.run, "object": "thread.run", "created_at": self.clock,
            "assistant_id": self.assistant, "thread_id": self.thread, "status": status,
            "started_at": None if status == "queued" else self.clock + 1,
            "expires_at": None if ended else self.clock + 600,
            "cancelled_at": None, "failed_at": None,
            "completed_at": self.clock + 9 if ended else None,
            "required_action": None, "last_error": None, "model": _MODEL,
            "instructions": "Answer in short sentences, and say where each figure comes from.",
            "tools": _TOOLS, "tool_resources": {"code_interpreter": {"file_ids": []}},
            "metadata": {}, "temperature": 1.0, "top_p": 1.0, "reasoning_effort": None,
            "max_completion_tokens": None, "max_prompt_tokens": None,
            "truncation_strategy": {"type": "auto", "last_messages": None},
            "incomplete_details": None, "usage": self._usage() if ended else None,
            "response_format": "auto", "tool_choice": "auto", "parallel_tool_calls": True,
        }  # fmt: skip

    def _step(self, kind: str, status: str, details: dict[str, Any]) -> dict[str, Any]:
        ended = status == "completed"
        return {
            "id": self.step, "object": "thread.run.step", "created_at": self.clock + 2,
            "run_id": self.run, "assistant_id": self.assistant, "thread_id": self.thread,
            "type": kind, "status": status, "cancelled_at": None,
            "completed_at": self.clock + 8 if ended else None, "expires_at": self.clock + 600,
            "failed_at": None, "last_error": None, "step_details": details,
            "usage": self._usage() if ended else None,
        }  # fmt: skip

    def _message(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        ended = status == "completed"
        return {
            "id": self.message, "object": "thread.message", "created_at": self.clock + 3,
            "assistant_id": self.assistant, "thread_id": self.thread, "run_id": self.run,
            "status": status, "incomplete_details": None, "incomplete_at": None,
            "completed_at": self.clock + 7 if ended else None, "role": "assistant",
            "content": content, "attachments": [], "metadata": {},
        }  # fmt: skip

    def _usage(self) -> dict[str, Any]:
        read, written = self.rng.randrange(100, 9000), self.rng.randrange(20, 900)
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "total_tokens": read + written,
            "prompt_token_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }


def _without_index(item: dict[str, Any]) -> dict[str, Any]:
    return {member: value for member, value in item.items() if member != "index"}
