"""A child process and its three pipes: somebody else's program, trusted with nothing.

It may not read, not write, write without end, write one endless line, close a pipe, fork, or not go
away.  So every pipe has a thread of its own, what is read ahead is bounded, every wait has an end,
and who ends a child ends its whole process group.  No shell, and bytes only: the same on Windows.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Condition, Thread
from typing import IO

from .errors import AdapterError, BreakageError

MAX_LINE = 64 << 20  # bytes; a reply that is longer is nonsense
MAX_AHEAD = 64 << 20  # bytes of whole lines that are read before they are asked for
STDERR_KEPT = 8 << 10  # bytes, the last ones
GRACE = 2.0  # seconds for a process that was asked to end
_READ = 1 << 16

# A process with a group of its own, which is started and ended in another way on Windows.
_ON_WINDOWS = sys.platform == "win32"
_WINDOWS_GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)


class Child:
    """A started process.

    Raises:
        AdapterError: the program cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        try:
            self._process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=env,
                cwd=folder,
                creationflags=_WINDOWS_GROUP,
                start_new_session=not _ON_WINDOWS,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise AdapterError(
                f"{command[0]}: the adapter cannot be started: {reason}",
                "after -- comes a program and its arguments, as in: -- python adapter.py",
            ) from error
        self._input = _Writer(_pipe(self._process.stdin))
        self._output = _Reader(_pipe(self._process.stdout))
        self._errors = _Tail(_pipe(self._process.stderr))
        self._killed = False
        for thread in (self._input, self._output, self._errors):
            thread.start()

    def send(self, data: bytes) -> None:
        """Write these bytes some time; never waits, never fails."""
        self._input.put(data)

    def close_input(self) -> None:
        """End the input, once all is written."""
        self._input.put(None)

    def receive(self, timeout: float) -> bytes | None:
        """The next line, without its line end; None at the end of output.

        Args:
            timeout: how long to wait for it, in seconds.

        Raises:
            BreakageError: `timeout`, or `nonsense` for a line that is too long.
        """
        return self._output.get(timeout)

    @property
    def unfinished(self) -> bytes:
        """What came after the last line end, at the end of output."""
        return self._output.rest

    def finish(self, grace: float = GRACE) -> int | None:
        """Wait for the process to end by itself: its status; None if it had to be killed."""
        status: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(grace)
        self.kill()
        return status

    def kill(self) -> None:
        """End the process and what it started; harmless if it has ended."""
        if self._killed:
            return
        self._killed = True
        _kill_group(self._process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        self._input.put(None)
        self._output.stop()
        for thread in (self._input, self._output, self._errors):
            thread.join(GRACE / 4)
        for thread, pipe in (
            (self._input, self._process.stdin),
            (self._output, self._process.stdout),
            (self._errors, self._process.stderr),
        ):
            if not thread.is_alive() and pipe is not None:  # closing under a reader would block
                with contextlib.suppress(OSError):
                    pipe.close()

    def drop_output(self) -> None:
        """Read on, and keep nothing: for a process that is asked to end."""
        self._output.stop()

    @property
    def stderr(self) -> str:
        """The last that the process wrote to standard error."""
        return self._errors.text


def status_text(status: int | None) -> str:
    """How a process ended, in words."""
    if status is None:
        return "did not end and was killed"
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"ended by signal {-status}"


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it started."""
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)
        with contextlib.suppress(OSError):
            process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # the group outlives its leader


# --- pipes ----------------------------------------------------------------------------------------


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


class _Writer(Thread):
    """Writes what it is given; the end of it, or of the reader, ends it."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._pending: deque[bytes | None] = deque()
        self._changed = Condition()

    def put(self, data: bytes | None) -> None:
        with self._changed:
            self._pending.append(data)
            self._changed.notify()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while self._write_pending():
                pass
        with contextlib.suppress(OSError):
            self._pipe.close()

    def _write_pending(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._pending)
            parts = list(self._pending)
            self._pending.clear()
        whole = b"".join([part for part in parts if part is not None])
        view = memoryview(whole)
        while view:
            view = view[self._pipe.write(view) or 0 :]
        return None not in parts


class _Reader(Thread):
    """Reads lines ahead, up to a bound."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._ready: deque[bytes] = deque()  # the consumer's own
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._ended = self._stopped = self._too_long = False
        self._changed = Condition()
        self.rest = b""

    def get(self, timeout: float) -> bytes | None:
        if not self._ready:
            with self._changed:
                there = self._changed.wait_for(lambda: self._lines or self._ended, timeout)
                self._ready, self._lines = self._lines, self._ready
                self._held = 0
                self._changed.notify_all()
            if not there:
                raise BreakageError("timeout", f"nothing came within {timeout:g} s")
        if self._ready:
            return self._ready.popleft()
        if self._too_long:
            raise BreakageError("nonsense", f"a line is longer than {MAX_LINE >> 20} MiB")
        return None

    def stop(self) -> None:
        """Throw away what comes from now on."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def run(self) -> None:
        parts: list[bytes] = []
        size = 0
        fd = self._pipe.fileno()
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(fd, _READ):
                if self._stopped:
                    parts.clear()
                    continue
                *lines, rest = chunk.split(b"\n")
                if lines:
                    lines[0] = b"".join([*parts, lines[0]])
                    self._put(lines)
                    parts, size = [], 0
                parts.append(rest)
                size += len(rest)
                if size > MAX_LINE:
                    self._too_long = True
                    break
        with self._changed:
            self.rest = b"".join(parts) if not self._too_long else b""
            self._ended = True
            self._changed.notify_all()

    def _put(self, lines: list[bytes]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._held <= MAX_AHEAD or self._stopped)
            self._lines.extend(lines)
            self._held += sum(map(len, lines)) + len(lines) * 64
            self._changed.notify_all()


class _Tail(Thread):
    """Reads and keeps the last bytes."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._kept = b""

    @property
    def text(self) -> str:
        return self._kept.decode("utf-8", "replace").strip()

    def run(self) -> None:
        fd = self._pipe.fileno()
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(fd, _READ):
                self._kept = (self._kept + chunk)[-STDERR_KEPT:]
