"""What a publication does to a disk, one small method each; and that only one does it at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class PublishError(Exception):
    """The out folder cannot be read or written; the text says where, why and what to do."""


class Effects:
    """Every way in which a publication changes a disk, so that a test can cut any one off."""

    def make_folder(self, path: Path) -> None:
        """Make one folder; one that is there is good."""
        path.mkdir(exist_ok=True)

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that nobody reads yet, down to the platter."""
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def replace(self, source: Path, target: Path) -> None:
        """Move a file to where it belongs, in one step, over what is there."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file or a link."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def sync_folder(self, path: Path) -> None:
        """Let the names in a folder survive a loss of power, where the system can."""
        if sys.platform != "win32":
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


@contextlib.contextmanager
def lock(workshop: Path, effects: Effects) -> Generator[None, None, None]:
    """Hold the lock of an out folder; raises `PublishError` at once if another process does.

    The system's own lock, since it ends with the process: a file alone would outlive a crash.
    """
    if workshop.is_symlink():
        raise PublishError(f"{workshop} is a link, and no link is followed — remove it")
    path = workshop / "lock"
    while True:
        effects.make_folder(workshop)
        try:
            file = path.open("a+b")
        except FileNotFoundError:
            continue  # the one before us has just cleared up
        if not _take(file.fileno()):
            file.close()
            raise PublishError(
                f"another `threadwire generate` is writing into {workshop.parent} — wait until it "
                "has ended"
            )
        if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
            break
        file.close()  # the lock of one that has ended meanwhile
    try:
        yield
    finally:
        if sys.platform == "win32":
            file.close()  # an open file cannot be removed there, elsewhere it must still be held
        with contextlib.suppress(OSError):
            path.unlink()
            workshop.rmdir()
        file.close()


if sys.platform == "win32":

    def _take(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def clear_errors(out: Path, state: str) -> Generator[None, None, None]:
    """Turn an error of the system into one that names the place and says how things stand."""
    try:
        yield
    except OSError as error:
        place = error.filename or out
        raise PublishError(f"{place}: {error.strerror or error} — {state}") from error
