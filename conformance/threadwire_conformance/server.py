"""The play server: streams over real HTTP, flushed chunk by chunk, on a thread of its own.

The HTTP is uvicorn's; an ASGI application gives it what the playlist says.  Chunks are written to
the socket one by one, and no faster than the client reads, so memory does not grow with a stream,
and one slow client holds up no other.  A lost connection is a response that is never brought to its
end: what was played arrives, and then the client's HTTP library finds the body incomplete.  (A
reset would throw away what the client has not read yet, and that differs from run to run.)
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import ip_address
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote

from .errors import KitError
from .playing import STREAM_HEADERS, Answer, Play, Playlist, Request, in_chunks

MAX_BODY = 1 << 20  # bytes of a request
MAX_DROPPED = 16 << 20  # bytes of a longer one that are read, and not kept
START = 10.0  # seconds until the server must be there
STOP = 5.0  # seconds until it must be gone
PREFIX = "thread_"

_Receive = Callable[[], Awaitable[Any]]
_Send = Callable[[Any], Awaitable[None]]


class PlayServer:
    """A server on loopback, from its construction until `close`; a context manager too.

    Args:
        playlist: what is played; by default what `play` is given, and nothing else.
        host: the address to listen on.
        port: 0 is a free one.
        delay: between two chunks, in seconds.
        log: takes a line for each request.

    Attributes:
        url: where it is, without a path; any base path may be added.
        requests: how many there have been.

    Raises:
        KitError: the address cannot be used, or the server does not start.
    """

    def __init__(
        self,
        playlist: Playlist | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delay: float = 0.0,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.playlist = playlist or Playlist()
        self.requests = 0
        self._delay = delay
        self._log = log
        self._socket = _listen(host, port)
        self.url = _url(self._socket)
        self._started = Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = Thread(target=self._run, name="threadwire-serve", daemon=True)
        self._thread.start()
        if not self._started.wait(START) or self._failure is not None:
            self.close()
            raise KitError(f"the server does not start: {self._failure or 'it takes too long'}")

    def play(
        self,
        chunks: Iterable[bytes],
        *,
        abort: bool = False,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Give a thread id: whoever asks for a stream with it gets these chunks, until `forget`.

        Args:
            chunks: flushed one by one.
            abort: the response is not brought to its end.
            status: of the response.
            headers: of the response; by default those of an event stream.
        """
        held = list(chunks)
        given = STREAM_HEADERS if headers is None else tuple(headers.items())
        play = Play("play", lambda: in_chunks(held), status, given, abort)
        return PREFIX + self.playlist.add(play)

    def forget(self, thread_id: str) -> None:
        """Drop what was given for a thread id."""
        self.playlist.forget(thread_id.removeprefix(PREFIX))

    def close(self) -> None:
        """Stop listening, drop all connections, and end the thread; harmless if it has ended."""
        loop, stop = self._loop, self._stop
        if loop is not None and stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(stop.set)
        self._thread.join(STOP)
        self._socket.close()

    @property
    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def __enter__(self) -> PlayServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        import uvicorn

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        serving = asyncio.ensure_future(server.serve(sockets=[self._socket]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        self._started.set()
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await serving
        for connection in list(server.server_state.connections):  # came in while it closed
            connection.transport.abort()
        await asyncio.sleep(0)

    # --- requests ---------------------------------------------------------------------------------

    async def _app(self, scope: Any, receive: _Receive, send: _Send) -> None:
        self.requests += 1
        response, name = await self._response(scope, receive)
        what = response.name if isinstance(response, Play) else f"{response.status}"
        if self._log is not None:
            self._log(f"{name}: {what}")
        if isinstance(response, Answer):
            await _answer(response, send)
        else:
            await self._play(response, receive, send)

    async def _response(self, scope: Any, receive: _Receive) -> tuple[Play | Answer, str]:
        headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
        raw = scope["raw_path"].decode("latin-1")
        name = f"{scope['method']} {raw}"
        content = await _content(receive)
        if content is None:
            message = f"the body of the request is longer than {MAX_BODY >> 20} MiB"
            return self.playlist.error(413, "too_large", message), name
        path = tuple(unquote(part, errors="replace") for part in raw.strip("/").split("/"))
        request = Request(scope["method"], path, content, headers.get(b"accept", ""))
        try:
            return self.playlist.respond(request), name
        except Exception as error:
            print(f"threadwire serve: {name}: {error!r}", file=sys.stderr)
            return self.playlist.error(500, "broken", f"{type(error).__name__}: {error}"), name

    async def _play(self, play: Play, receive: _Receive, send: _Send) -> None:
        headers = _encoded(play.headers)
        await send({"type": "http.response.start", "status": play.status, "headers": headers})
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            for number, chunk in enumerate(play.chunks()):
                # Even without a delay others get their turn, and a client that has gone is noticed.
                await asyncio.wait({gone}, timeout=self._delay if number else 0)
                if gone.done():
                    return
                await send(_body(chunk, more=True))
            if play.abort:
                raise _LostError
            await send(_body(b"", more=False))
        finally:
            gone.cancel()


class _LostError(Exception):
    """The server is told to give the connection up."""


def _body(content: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def _answer(answer: Answer, send: _Send) -> None:
    headers = [("content-type", answer.type), ("content-length", str(len(answer.content)))]
    if answer.status == 413:
        headers.append(("connection", "close"))  # the rest of the request is not read
    start = {"type": "http.response.start", "status": answer.status, "headers": _encoded(headers)}
    await send(start)
    await send(_body(answer.content, more=False))


async def _content(receive: _Receive) -> bytes | None:
    """The body of a request; None if it is too long.

    So much more is read and dropped, since who is still sending would find the connection reset
    instead of the answer.
    """
    content = bytearray()
    dropped = 0
    while True:
        message = await receive()
        body = message.get("body", b"")
        if len(content) + len(body) <= MAX_BODY and not dropped:
            content += body
        else:
            dropped += len(body)
        if not message.get("more_body") or dropped > MAX_DROPPED:
            return None if dropped else bytes(content)


async def _until_gone(receive: _Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers]


# --- addresses ------------------------------------------------------------------------------------


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can connect to an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    found: socket.socket | None = None
    try:
        info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = info[0]
        found = socket.socket(family, kind, protocol)
        if sys.platform != "win32":  # there it would let two servers share a port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(128)
    except OSError as error:
        if found is not None:
            found.close()
        raise KitError(f"{host}, port {port}: {error.strerror or error}") from error
    return found


def _url(listening: socket.socket) -> str:
    """Where a client on this machine finds it."""
    host, port = listening.getsockname()[:2]
    address = ip_address(host)
    if address.is_unspecified:
        address = ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"
