"""Talking to an adapter: one process for many runs, or one process a run for a filter.

A `Session` sends runs ahead, so that the adapter never waits for the pipe, and takes replies in the
order of the runs.  The time-out of a run begins when the reply before it has come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from .child import GRACE, Child, status_text
from .cuts import Cut
from .errors import AdapterError, BreakageError, NonsenseError
from .protocol import (
    START,
    STOP,
    Hello,
    check_error,
    check_event,
    read_hello,
    read_line,
    read_reply,
    shown,
)
from .transport import Bytes, Transport
from .values import is_object

_REPLIES_KEPT = 200
START_TIMEOUT = 30.0  # seconds, at least: some languages compile first
_CURE_OUTPUT = (
    "print one JSON object a line to standard output and flush it after each; "
    "anything else belongs on standard error"
)


class Session:
    """One adapter process, started and greeted.

    Args:
        command: the program and its arguments.
        timeout: how long a run may take, in seconds.
        folder: where it runs; here if not said.

    Attributes:
        transport: how streams reach it; to be set before the first run.

    Raises:
        AdapterError: it does not start, or does not say who it is.
    """

    def __init__(self, command: Sequence[str], timeout: float, folder: Path | None = None) -> None:
        self.transport: Transport = Bytes()
        self._timeout = timeout
        self._seq = 0
        self._in_flight: deque[tuple[int, int]] = deque()  # number and size
        self.bytes_in_flight = 0
        self._child = Child(command, folder=folder)
        try:
            self.hello = self._greet(command[0])
        except BaseException:
            self._child.kill()
            raise

    def send(self, cut: Cut) -> None:
        """Ask for one run; does not wait."""
        self._seq += 1
        line, size = self.transport.request(self._seq, cut.chunks)
        self._in_flight.append((self._seq, size))
        self.bytes_in_flight += size
        self._child.send(line)

    def receive(self, replies: ReplyReader) -> Any:
        """What the reader makes of the reply to the oldest run in flight.

        Raises:
            BreakageError: there is none; the session is over, and its process is gone.
        """
        seq, size = self._in_flight.popleft()
        self.bytes_in_flight -= size
        try:
            line = self._child.receive(self._timeout)
            if line is None:
                raise self._ended()
            return replies.read(line, seq)
        except NonsenseError as error:
            broken = BreakageError("nonsense", f"{error}; {_CURE_OUTPUT}")
        except BreakageError as error:
            broken = error
        finally:
            self.transport.over(seq)
        for left, _ in self._in_flight:
            self.transport.over(left)
        self._child.kill()
        broken.stderr = self._child.stderr
        raise broken

    def stop(self) -> list[str]:
        """Ask the adapter to exit; gives notes on how it did."""
        self._child.send(STOP)
        self._child.close_input()
        notes: list[str] = []
        try:
            extra = self._child.receive(GRACE)
            if extra is not None:
                notes.append(f"it said more than it was asked: {shown(extra)}")
        except BreakageError:
            pass
        self._child.drop_output()
        status = self._child.finish()
        if status != 0:
            notes.append(f'after "stop" it {status_text(status)}, where status 0 is due')
        return notes

    def kill(self) -> None:
        """End it without asking."""
        self._child.kill()

    def _ended(self) -> BreakageError:
        status = self._child.finish(GRACE / 4)
        if status is None:
            return BreakageError("crash", "the adapter closed its standard output")
        half = f", after half a line: {shown(rest)}" if (rest := self._child.unfinished) else ""
        return BreakageError("crash", f"the adapter {status_text(status)}{half}")

    def _greet(self, program: str) -> Hello:
        self._child.send(START)
        try:
            line = self._child.receive(max(self._timeout, START_TIMEOUT))
            if line is None:
                raise self._ended()
            return read_hello(line)
        except NonsenseError as error:
            message, cure = f"its answer to start is none: {error}", _CURE_OUTPUT
        except BreakageError as error:
            message = f"no answer to start: {error}"
            cure = (
                "read a line of standard input, answer it, and flush standard output"
                if error.kind == "timeout"
                else "run it by hand and type: " + START.decode().strip()
            )
        self._child.kill()
        raise AdapterError(f"{program}: {message}", cure, self._child.stderr)


class ReplyReader:
    """Reads replies; one that is the same as another, but for its number, is read once."""

    def __init__(self) -> None:
        self._known: dict[bytes, Any] = {}

    def read(self, line: bytes, seq: int) -> dict[str, Any]:
        """The reply to the run with this number.

        Raises:
            NonsenseError: it is none.
        """
        head, _, rest = line.partition(b",")
        number = b"%d" % seq
        plain = head in (b'{"seq": ' + number, b'{"seq":' + number)
        if plain and rest in self._known:
            found: dict[str, Any] = self._known[rest]
            return found
        reply = read_reply(line, seq)
        if plain:
            if len(self._known) >= _REPLIES_KEPT:
                self._known.clear()
            self._known[rest] = reply
        return reply


def run_filter(
    command: Sequence[str], data: bytes, timeout: float, folder: Path | None = None
) -> dict[str, Any]:
    """One process: a stream on its standard input, one event a line on its standard output.

    Raises:
        AdapterError: it cannot be started.
        BreakageError: it crashed, did not end in time, or printed nonsense.
    """
    child = Child(command, folder=folder)
    try:
        child.send(data)
        child.close_input()
        return _filter_reply(child, timeout)
    except NonsenseError as error:
        child.kill()
        raise BreakageError("nonsense", f"{error}; {_CURE_OUTPUT}", child.stderr) from None
    except BreakageError as error:
        child.kill()
        raise BreakageError(error.kind, str(error), child.stderr) from None
    finally:
        child.kill()


def _filter_reply(child: Child, timeout: float) -> dict[str, Any]:
    events: list[Any] = []
    last: dict[str, Any] = {}
    deadline = monotonic() + timeout
    while (line := child.receive(max(0.0, deadline - monotonic()))) is not None:
        last = _add(line, events) or last
    if child.unfinished.strip():  # a last line without its line end counts
        last = _add(child.unfinished, events) or last
    status = child.finish(max(0.1, deadline - monotonic()))
    if status is None:
        raise BreakageError(
            "timeout", f"it closed its standard output, and had not ended in {timeout} s"
        )
    if status < 0 or status > _CRASHED:
        raise BreakageError("crash", f"the filter {status_text(status)}")
    return _with_end(events, last, status, child.stderr)


_CRASHED = 0xC000_0000  # Windows tells a crash by a status


def _add(line: bytes, events: list[Any]) -> dict[str, Any]:
    """Add the event of a line; gives the end if it tells that instead."""
    value = read_line(line)
    path = f"line {len(events) + 1}"
    if is_object(value) and "event" not in value and ("end" in value or "error" in value):
        if value.get("error") is not None:
            error: dict[str, Any] = {"class": "other", **value["error"]}
            check_error(error, f"{path}: $.error")
            return {"end": "error", "error": error}
        if value["end"] not in ("done", "eof"):
            raise NonsenseError(f'{path}: $.end is "done" or "eof", or there is an "error"')
        return {"end": value["end"]}
    check_event(value, path)
    events.append(value)
    return {}


def _with_end(events: list[Any], last: dict[str, Any], status: int, stderr: str) -> dict[str, Any]:
    if not last and status == 0:
        last = {"end": "done"}
    elif not last or (status != 0 and last["end"] != "error"):
        lines = stderr.splitlines() or [f"status {status}"]
        last = {"end": "error", "error": {"class": "other", "message": lines[-1]}}
    return {"events": events, **last}
