"""Bytes in, blocks out: the event stream format of the WHATWG HTML standard, section 9.2.6.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

`Framer` takes chunks cut anywhere and gives each block as soon as its blank line is in.  It knows
nothing of events and payloads, and it never raises.

There are two ways through, and they give the same blocks:

* By lines, as the standard tells it.  This way may be taken at any point of a stream and never
  holds more than `max_block_bytes`.
* The fast way, for a run of whole blocks without a CR.  Nearly every block has one shape: an
  `event` line, a `data` line, a blank line.  Of a run of such blocks, cut at each LF, every third
  line is an event line, the next a data line, the next empty.  If one line is not what its place
  asks for, the whole run goes by lines.

What is fast was measured: a run is likely to be a single block, and to see that costs little;
`10 in chunk` costs a tenth of `b"\\n" in chunk`; and to cut at each LF is as fast as one regular
expression over short lines, and twice as fast over long ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Block: TypeAlias = "tuple[bytes, bytes | None]"
"""The name of an event, empty where none was given, and its data; None stands for data that was
dropped because the block was larger than allowed."""

_BOM = b"\xef\xbb\xbf"
_LF, _CR = 10, 13
_USUAL_OVERHEAD = len(b"event: \ndata: \n\n")
_PATIENCE = 1024 * 1024  # bytes held back for the fast way before they are taken line by line
_WINDOW = 64 * 1024  # bytes split into lines at a time, so that the lines never outweigh a chunk
_RETRY_DIGITS = 15  # more digits are no waiting time, and reading thousands of them is work


class Framer:
    """Cuts a stream into blocks.

    Args:
        max_block_bytes: a block whose lines add up to more than this, comments and line ends left
            out, comes back without its data.

    Attributes:
        last_event_id: the `id` in force, "" before the first.
        retry: the waiting time that the stream last asked for, in milliseconds, or None.
        position: how many bytes of the stream were taken.
    """

    __slots__ = (
        "_after_cr",
        "_at_start",
        "_batch",
        "_batch_index",
        "_batch_offset",
        "_block_offset",
        "_data",
        "_has_fields",
        "_id",
        "_line_offset",
        "_max",
        "_name",
        "_overflow",
        "_partial",
        "_patience",
        "_size",
        "_tail",
        "last_event_id",
        "position",
        "retry",
    )

    def __init__(self, max_block_bytes: int) -> None:
        self.last_event_id = ""
        self.retry: int | None = None
        self.position = 0
        self._max = max_block_bytes
        self._patience = min(_PATIENCE, max_block_bytes)
        self._at_start = True  # a BOM may still come
        # The fast way: the beginning of a block, and the blocks that were given last.
        self._tail = bytearray()
        self._batch: Sequence[Block] = ()
        self._batch_index = 0  # a block among them …
        self._batch_offset = 0  # … and where it began
        # By lines: the line that is not complete, …
        self._partial = bytearray()
        self._line_offset = 0
        self._after_cr = False  # an LF that comes next belongs to the CR before it
        # … and the block that is not complete.
        self._has_fields = False
        self._block_offset = 0
        self._size = 0
        self._overflow = False
        self._name = b""
        self._data: list[bytes] = []
        self._id = ""  # in force from the next blank line on

    def feed(self, chunk: bytes) -> Iterable[Block]:
        """The blocks that this chunk completes.

        Take them before the next chunk is fed.  Where they come by lines, who stops taking them has
        read no further: `last_event_id` and `retry` are those of the last block taken.
        """
        if self._at_start:
            chunk = self._without_bom(chunk)
        if self._partial or self._has_fields or self._after_cr or _CR in chunk:
            return self._by_lines(self._take_tail() + chunk)
        tail = self._tail
        if not tail and chunk[-2:] == b"\n\n":
            return self._whole_blocks(chunk)
        searched = max(len(tail) - 1, 0)
        tail += chunk
        if _LF in chunk:
            end = tail.rfind(b"\n\n", searched) + 2
            if end >= 2:
                run = bytes(tail[:end])
                del tail[:end]
                return self._whole_blocks(run)
        if len(tail) > self._patience:
            return self._by_lines(self._take_tail())
        return ()

    def offset(self, index: int) -> int:
        """Where a block began: the byte offset, from the start of the stream, of its first field.

        Args:
            index: its place among the blocks that `feed` gave last, not before one that was asked
                for already (by lines: it is the latest).
        """
        if not self._batch:
            return self._block_offset
        for name, data in self._batch[self._batch_index : index]:
            self._batch_offset += _USUAL_OVERHEAD + len(name) + len(data or b"")
        self._batch_index = index
        return self._batch_offset

    def rest(self) -> Block | None:
        """Once, when the input is over: the block that was cut off, as if its line had ended."""
        for _ in self._by_lines(self._take_tail()):
            pass  # never: what the fast way holds back has no blank line
        if self._partial:
            self._field(bytes(self._partial))
        if not self._data and not self._overflow:
            return None
        return self._name, None if self._overflow else b"\n".join(self._data)

    @property
    def cut_off(self) -> bool:
        """After `rest`: whether the input ended within a block."""
        return self._has_fields

    def _without_bom(self, chunk: bytes) -> bytes:
        """The chunk without the one BOM that may stand at the very start of a stream."""
        start = self._take_tail() + chunk
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._tail += start
            return b""
        self._at_start = False
        if not start.startswith(_BOM):
            return start
        self.position = len(_BOM)
        return start[len(_BOM) :]

    def _take_tail(self) -> bytes:
        tail = bytes(self._tail)
        self._tail.clear()
        return tail

    def _whole_blocks(self, run: bytes) -> Iterable[Block]:
        """The blocks of a run that begins with a block, ends with a blank line and has no CR."""
        blocks = _usual_blocks(run) if len(run) <= self._max else None
        if blocks is None:
            return self._by_lines(run)
        self._batch = blocks
        self._batch_index = 0
        self._batch_offset = self.position
        self.position += len(run)
        return blocks

    def _by_lines(self, chunk: bytes) -> Iterator[Block]:
        self._batch = ()
        for start in range(0, len(chunk), _WINDOW):
            window = chunk[start : start + _WINDOW]
            if self._after_cr and window[0] == _LF:
                window = window[1:]
                self.position += 1
            self._after_cr = window.endswith(b"\r")
            for piece in window.splitlines(keepends=True):  # of bytes: at LF, CR and CRLF only
                if not self._partial:
                    self._line_offset = self.position
                self.position += len(piece)
                line = piece.rstrip(b"\r\n")
                if len(line) == len(piece):
                    self._hold(line)
                    break
                if self._partial:
                    line = bytes(self._partial) + line
                    self._partial.clear()
                if line:
                    self._field(line)
                    continue
                self.last_event_id = self._id
                block = (self._name, None if self._overflow else b"\n".join(self._data))
                dispatch = self._data or self._overflow
                self._has_fields = self._overflow = False
                self._size = 0
                self._name = b""
                self._data = []
                if dispatch:
                    yield block

    def _hold(self, piece: bytes) -> None:
        """Keep a piece of a line whose end has not come, unless nobody will want to read it."""
        partial = self._partial
        partial += piece
        if partial.startswith(b":"):
            partial[:] = b":"
        elif self._size + len(partial) > self._max:
            self._begin_block()
            self._overflow = True
            self._data = []
            if len(partial) > self._max:
                partial[:] = b":"  # so that the rest of the line passes as a comment

    def _begin_block(self) -> None:
        """Note where the block began, at its first field."""
        if not self._has_fields:
            self._has_fields = True
            self._block_offset = self._line_offset

    def _field(self, line: bytes) -> None:
        """Take one line that is not empty.

        In a block that is too large only the data is given up, and lines that are too large alone.
        """
        name, _, value = line.partition(b":")
        if not name:
            return  # a comment
        self._begin_block()
        self._size += len(line)
        if self._size > self._max:
            self._overflow = True
            self._data = []
            if len(line) > self._max:
                return
        if value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            if not self._overflow:
                self._data.append(value)
        elif name == b"event":
            self._name = value
        elif name == b"id":
            if b"\0" not in value:
                self._id = value.decode("utf-8", "replace")
        elif name == b"retry" and value.isdigit():
            digits = value.lstrip(b"0") or b"0"
            if len(digits) <= _RETRY_DIGITS:
                self.retry = int(digits)


def _usual_blocks(run: bytes) -> Sequence[Block] | None:
    """The blocks of a run that ends with a blank line, None if one has not the usual shape."""
    name, _, data = run.partition(b"\ndata: ")
    data = data[:-2]
    if _LF not in data and _LF not in name and name[:7] == b"event: ":
        return ((name[7:], data),)
    lines = run.split(b"\n")
    if len(lines) % 3 != 1 or any(lines[2::3]):
        return None
    blocks: list[Block] = [
        (name[7:], data[6:])
        for name, data in zip(lines[:-1:3], lines[1::3], strict=True)
        if name[:7] == b"event: " and data[:6] == b"data: "
    ]
    return blocks if 3 * len(blocks) + 1 == len(lines) else None
