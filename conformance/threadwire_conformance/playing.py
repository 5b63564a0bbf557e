"""What is played when: a request in, a stream or a JSON answer out.

Pure but for reading the files that were named.  A stream is chosen by an id in the request, which
every client can express: PREFIX_SLUG in the path or anywhere in the body is the case with that
slug.  Requests that name none get the named files, one after another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias

from .api import Api, fill, slug, without_prefix
from .capture import read_capture
from .suite import Case, Suite
from .values import is_array, is_object

PART = 64 * 1024  # bytes: what is longer goes out in pieces of this size
CASES = "cases"
_BLOCK_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = frozenset(  # between the server and its client, or not true of a replay
    {
        *("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
        *("content-encoding", "content-length", "date", "proxy-authenticate", "server"),
        *("set-cookie",),
    }
)
_WORD_SHOWN = 200  # characters
_SHORT = 3  # characters: what is no longer is a part of everything
Cuts: TypeAlias = Literal["written", "whole", "bytes"]
Headers: TypeAlias = tuple[tuple[str, str], ...]
STREAM_HEADERS: Headers = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-cache"),
)


@dataclass(frozen=True)
class Play:
    """A stream to be played, so often as it is asked for.

    Attributes:
        name: for people.
        chunks: the bytes, in the pieces that are flushed one by one.
        abort: the response is not brought to its end, as if the connection were lost.
    """

    name: str
    chunks: Callable[[], Iterator[bytes]]
    status: int = 200
    headers: Headers = STREAM_HEADERS
    abort: bool = False


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    content: bytes
    type: str = "application/json"


@dataclass(frozen=True)
class Request:
    """What is known of a request: method, segments of the path, content, accepted type."""

    method: str
    path: tuple[str, ...]
    content: bytes = b""
    accept: str = ""


@dataclass
class Playlist:
    """Everything that can be played, and what has been.

    Attributes:
        suite: the cases, if there are any.
        files: for requests that name nothing, in this order.
        loop: after the last file comes the first again.
        lost: streams without their end are not brought to an end.
        played: how many files have been asked for.
    """

    api: Api = field(default_factory=Api)
    suite: Suite | None = None
    files: Sequence[Path] = ()
    cuts: Cuts = "written"
    loop: bool = False
    lost: bool = False
    played: int = 0

    def __post_init__(self) -> None:
        cases = self.suite.cases if self.suite else ()
        self._cases = {slug(case.id): case for case in cases}
        self._own: dict[str, Play] = {}
        self._numbers = count(1)

    # --- plays of one's own -----------------------------------------------------------------------

    def add(self, play: Play) -> str:
        """Make it known under a word of its own, to be used like the slug of a case."""
        word = f"play.{next(self._numbers)}"
        self._own[word] = play
        return word

    def forget(self, word: str) -> None:
        """Play it no more."""
        self._own.pop(word, None)

    # --- requests ---------------------------------------------------------------------------------

    def respond(self, request: Request) -> Play | Answer:
        """What a request gets."""
        path = request.path
        if path == ("",):
            return self._index(request)
        if CASES in path[:-1]:
            return self._plain(path[path.index(CASES) + 1 :])
        places = self.api.stream(request.method, path)
        try:
            body = json.loads(request.content) if request.content.strip() else None
        except (ValueError, RecursionError):
            if places is not None:
                return self.error(400, "not_json", "the body of the request is no JSON")
            body = None  # whatever it is, nothing here asks for it
        if places is not None and _asks_for_stream(body):
            return self._stream([*places.values(), *strings(body)])
        answer = self.api.answer(request.method, path, body)
        if answer is not None:
            return Answer(200, _json(answer))
        named = self._named([*path, *strings(body)])
        if named is not None and request.method == "POST" and not self.api.streams:
            return named
        return self.error(
            404, "no_such_path", f"no {request.method} /{'/'.join(path)} here{self._paths()}"
        )

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the shape of the API."""
        return Answer(status, _json(fill(self.api.error, {"message": message, "code": code})))

    def _plain(self, path: Sequence[str]) -> Play | Answer:
        words = ["/".join(path), slug("/".join(path))]
        bare = without_prefix(words[0])
        for word in [*words, bare] if bare else words:
            if (found := self._find(word)) is not None:
                return found
        return self._unknown(words[1])

    def _stream(self, words: Sequence[str]) -> Play | Answer:
        named = self._named(words)
        if named is not None:
            return named
        if not self.files:
            bare = [found for word in words if (found := without_prefix(word))]
            return self._unknown(bare[0] if bare else "")
        if self.played >= len(self.files) and not self.loop:
            return self.error(
                404,
                "all_played",
                f"all {len(self.files)} files have been played, and this request asks for another: "
                "name more files, or begin again with --loop",
            )
        self.played += 1
        return file_play(self.files[(self.played - 1) % len(self.files)], self)

    def _named(self, words: Iterable[str]) -> Play | None:
        bare = (without_prefix(word) for word in words)
        return next((found for word in bare if word and (found := self._find(word))), None)

    def _find(self, word: str) -> Play | None:
        if word in self._own:
            return self._own[word]
        case = self._cases.get(word)
        return None if case is None else case_play(case, self)

    # --- words for people -------------------------------------------------------------------------

    def _unknown(self, word: str) -> Answer:
        word = word[:_WORD_SHOWN]
        near = get_close_matches(word, self._cases, n=3, cutoff=0.6)
        if len(word) > _SHORT and not near:
            near = [known for known in self._cases if word in known][:3]
        said = f"no case {word!r}" if word else "the request names no case"
        maybe = f"; did you mean {' or '.join(near)}?" if near else ""
        return self.error(404, "no_such_case", f"{said}{maybe or '.'} {self.usage}")

    @property
    def usage(self) -> str:
        """How a case is asked for, in a sentence."""
        example = f"{[*self.api.prefixes, CASES][0]}_{next(iter(self._cases), 'topic~words')}"
        return (
            f"Put PREFIX_SLUG into an id of the request, as in {example!r}; GET / lists the slugs."
        )

    def _paths(self) -> str:
        routes = [*map(str, self.api.streams), f"GET /{CASES}/SLUG", "GET /"]
        return f"; there are: {', '.join(routes)}"

    def _index(self, request: Request) -> Answer:
        suite = self.suite
        if "application/json" in request.accept:
            cases = [
                {"id": case.id, "slug": word, "level": case.level, "title": case.title}
                for word, case in self._cases.items()
            ]
            index = {
                "protocol": suite.protocol if suite else None,
                "revision": suite.revision if suite else None,
                "streams": [str(route) for route in self.api.streams],
                "files": {"named": len(self.files), "played": self.played},
                "cases": cases,
            }
            return Answer(200, _json(index))
        prefixes = " or ".join(f"{prefix}_SLUG" for prefix in self.api.prefixes)
        title = suite.title if suite else "Streams"
        lines = [
            f"{title}: {len(self._cases)} cases, {self.played} of {len(self.files)} files played",
            "",
            f'With "stream": true and {prefixes} as an id of the path or the body:',
            *(f"  {route}" for route in self.api.streams),
            "For clients that know nothing of the API:",
            f"  GET /{CASES}/SLUG",
            "",
            *(f"{word}  {case.title}" for word, case in self._cases.items()),
        ]
        return Answer(200, "\n".join(lines).encode() + b"\n", "text/plain; charset=utf-8")


def strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value, those of the first level first."""
    level: list[Any] = [value]
    while level:
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, str):
                yield item
            elif is_object(item):
                deeper.extend(item.values())
            elif is_array(item):
                deeper.extend(item)
        level = deeper


def _asks_for_stream(body: Any) -> bool:
    return is_object(body) and body.get("stream") is True


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


# --- chunks ---------------------------------------------------------------------------------------


def case_play(case: Case, playlist: Playlist) -> Play:
    """A case, in chunks as it is written or as is wished."""
    lost = playlist.lost and case.expect.end == "truncated"
    return Play(case.id, lambda: CUTTERS[playlist.cuts](_written(case)), abort=lost)


def file_play(path: Path, playlist: Playlist) -> Play:
    """A captured stream, an event a chunk or as is wished, with the status and headers it had.

    Raises:
        CaptureError: the file has none of the forms of a capture.
        OSError: it cannot be read.
    """
    end = playlist.suite.end_event if playlist.suite else None
    with path.open("rb") as file:
        capture = read_capture(_read(file))
        headers = tuple(
            (name, text) for name, text in capture.headers.items() if _passes(name, text)
        )
        lost = playlist.lost and end is not None and not _ends(capture.chunks, end)
    there = dict(headers)
    headers += tuple((name, text) for name, text in STREAM_HEADERS if name not in there)
    return Play(
        path.name,
        lambda: CUTTERS[playlist.cuts](_events(path)),
        capture.status or 200,
        headers,
        lost,
    )


def check_file(path: Path) -> None:
    """Read a capture to its end.

    Raises:
        CaptureError: it has none of the forms of a capture.
        OSError: it cannot be read.
    """
    for _ in _events(path):
        pass


def in_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks as they are, those that are too long in pieces."""
    for chunk in chunks:
        for start in range(0, len(chunk), PART):
            yield chunk[start : start + PART]


def _joined(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """As few chunks as can be."""
    held = bytearray()
    for chunk in in_chunks(chunks):
        held += chunk
        if len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)


def _one_by_one(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for place in range(len(chunk)):
            yield chunk[place : place + 1]


CUTTERS: dict[Cuts, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "written": in_chunks,
    "whole": _joined,
    "bytes": _one_by_one,
}


def _written(case: Case) -> Iterator[bytes]:
    """The chunks of a case; a long repetition in several, so that it is never held as a whole."""
    for piece in case.stream:
        at_once = max(1, PART // max(1, len(piece.data)))
        for start in range(0, piece.times, at_once):
            yield piece.data * min(at_once, piece.times - start)


def _events(path: Path) -> Iterator[bytes]:
    """A captured file, a block a chunk."""
    with path.open("rb") as file:
        held = b""
        for chunk in read_capture(_read(file)).chunks:
            held += chunk
            start = 0
            for match in _BLOCK_END.finditer(held):
                yield held[start : match.end()]
                start = match.end()
            held = held[start:]
            if len(held) > PART:
                held, rest = held[-3:], held[:-3]  # a line end may be cut in two
                yield rest
        if held:
            yield held


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(PART):
        yield chunk


def _ends(chunks: Iterable[bytes], end: str) -> bool:
    """Whether the last block of a stream is its end."""
    tail = b""
    for chunk in chunks:
        tail = (tail + chunk)[-4096:]
    last = re.split(_BLOCK_END, tail.rstrip(b"\r\n"))[-1]
    return bool(
        re.search(rb"(?:\A|[\r\n])event: ?" + re.escape(end.encode()) + rb"(?:\Z|[\r\n])", last)
    )


def _passes(name: str, text: str) -> bool:
    """Whether a captured header can be sent again."""
    plain = bool(_TOKEN.fullmatch(name)) and all(" " <= char <= "\xff" for char in text)
    return plain and name not in _OURS
