"""`notes_decoder` behind the adapter protocol; the arguments say how it misbehaves.

    notes_adapter.py [--wrong "loses the text"] [--misbehave crash] [--at 5] [--filter]

Misbehaviour begins with the run whose number is `--at`.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from notes_decoder import FEATURES, decode


def write(text: str) -> None:
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()


class Late:
    """Writes from a thread of its own, some time later: who dies takes answers along."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.waiting: list[Any] = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            time.sleep(self.seconds)
            for _ in range(len(self.waiting)):
                line(self.waiting.pop(0))


def line(value: Any) -> None:
    write(json.dumps(value) + "\n")


def hang(_: dict[str, Any]) -> None:
    time.sleep(600)


def crash(_: dict[str, Any]) -> None:
    print("something is wrong inside", file=sys.stderr, flush=True)
    os._exit(3)


def killed(_: dict[str, Any]) -> None:
    os.kill(os.getpid(), 11)


def leave(_: dict[str, Any]) -> None:
    sys.exit(0)


def half_a_line(reply: dict[str, Any]) -> None:
    write(json.dumps(reply)[:20])
    os._exit(0)


def twice(reply: dict[str, Any]) -> None:
    line(reply)
    line(reply)


def wrong_number(reply: dict[str, Any]) -> None:
    line({**reply, "seq": reply["seq"] + 1})


def noise(reply: dict[str, Any]) -> None:
    write("loading the decoder …\n")
    line(reply)


def other_json(_: dict[str, Any]) -> None:
    line({"ok": True})


def no_events(reply: dict[str, Any]) -> None:
    del reply["events"]
    line(reply)


def not_a_number(reply: dict[str, Any]) -> None:
    write(f'{{"seq": {reply["seq"]}, "events": [], "end": NaN}}\n')


def deep(reply: dict[str, Any]) -> None:
    data = "[" * 100_000 + "]" * 100_000
    events = f'[{{"event": "note.made", "data": {data}}}]'
    write(f'{{"seq": {reply["seq"]}, "events": {events}, "end": "done"}}\n')


def no_text(_: dict[str, Any]) -> None:
    sys.stdout.buffer.write(b"\xff\xfe\x00\n")
    sys.stdout.buffer.flush()


def endless_line(_: dict[str, Any]) -> None:
    block = b"x" * (1 << 20)
    while True:
        sys.stdout.buffer.write(block)


def flood_stdout(reply: dict[str, Any]) -> None:
    line(reply)
    block = b'{"seq": 0}\n' * 100_000
    while True:
        sys.stdout.buffer.write(block)


def flood_stderr(reply: dict[str, Any]) -> None:
    sys.stderr.buffer.write(b"warning\n" * (1 << 20))
    line(reply)


def blank_lines(_: dict[str, Any]) -> None:
    while True:
        sys.stdout.buffer.write(b"\n" * 4096)


def echo(_: dict[str, Any]) -> None:
    line({"cmd": "run", "chunks": []})


def leaves_a_child(_: dict[str, Any]) -> None:
    """The child holds the pipes open after its parent has gone."""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    os._exit(4)


def closes_stdout(_: dict[str, Any]) -> None:
    os.close(1)
    time.sleep(600)


MISBEHAVIOURS: dict[str, Callable[[dict[str, Any]], None]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        hang,
        crash,
        killed,
        leave,
        half_a_line,
        twice,
        wrong_number,
        noise,
        other_json,
        no_events,
        not_a_number,
        deep,
        no_text,
        endless_line,
        flood_stdout,
        flood_stderr,
        blank_lines,
        echo,
        leaves_a_child,
        closes_stdout,
    )
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wrong", default="")
    parser.add_argument("--misbehave", default="")
    parser.add_argument("--at", type=int, default=1)
    parser.add_argument("--only", action="store_true", help="at that run only")
    parser.add_argument("--stream-with", default="", help="misbehave on streams with this text")
    parser.add_argument(
        "--late", type=float, default=0.0, help="seconds before an answer is written"
    )
    parser.add_argument("--filter", action="store_true")
    parser.add_argument("--features", default=",".join(FEATURES))
    parser.add_argument("--stop", default="exit", choices=["exit", "stay", "status", "talk"])
    parser.add_argument("--hello", default="")
    options = parser.parse_args()
    if options.filter:
        as_filter(options)
        return
    late = Late(options.late) if options.late else None
    for request_line in sys.stdin.buffer:
        request = json.loads(request_line)
        if request["cmd"] == "start":
            features = [name for name in options.features.split(",") if name]
            hello = {"name": "notes", "version": "1.0", "language": "python"}
            write(options.hello + "\n") if options.hello else line({**hello, "features": features})
        elif request["cmd"] == "stop":
            stop(options.stop)
            return
        else:
            answer(request, options, late)


def answer(request: dict[str, Any], options: argparse.Namespace, late: Late | None) -> None:
    chunks = [base64.b64decode(chunk) for chunk in request["chunks"]]
    reply = {"seq": request["seq"], **decode(chunks, options.wrong)}
    due = reply["seq"] == options.at if options.only else reply["seq"] >= options.at
    if options.stream_with:
        due = options.stream_with.encode() in b"".join(chunks)
    if options.misbehave and due:
        MISBEHAVIOURS[options.misbehave](reply)
    elif late:
        late.waiting.append(reply)
    else:
        line(reply)


def stop(how: str) -> None:
    if how == "stay":
        time.sleep(600)
    if how == "talk":
        line({"bye": True})
    sys.exit(5 if how == "status" else 0)


def as_filter(options: argparse.Namespace) -> None:
    data = sys.stdin.buffer.read()
    if options.misbehave and options.stream_with.encode() in data:
        MISBEHAVIOURS[options.misbehave]({"seq": 1, "events": [], "end": "done"})
    reply = decode([data], options.wrong)
    for event in reply["events"]:
        line(event)
    if reply["end"] == "error":
        line({"error": reply["error"]})
        sys.exit(1)


if __name__ == "__main__":
    main()
