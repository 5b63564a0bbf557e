"""Runs cases through an adapter, several at a time, whatever the adapter does.

Each worker has a process of its own and takes cases from a shared list.  Runs of several cases are
in flight at once; replies come in order.  When a process breaks, the run that was due is the one
that broke it, and its case is `broken`.  A crash says so only if nothing else was in flight, since
a program may die before its answers have left it: the runs are tried again one at a time first.
Then the process is started anew, so often and no more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from .cuts import AS_WRITTEN, WHOLE, Cut, cuttings, smaller
from .errors import AdapterError, BreakageError, KitError, SmokeError
from .judge import Detail, Outcome, combine, failed, judge, not_applicable
from .protocol import Hello
from .results import Result
from .session import ReplyReader, Session, run_filter
from .suite import Case, Suite
from .transport import DELAY, Http

if TYPE_CHECKING:
    from .server import PlayServer

AHEAD = 64  # runs in flight
BYTES_AHEAD = 1 << 20  # bytes in flight before another run is sent
MAX_RESTARTS = 100
MAX_TIMEOUTS = 8  # each costs the time-out
MAX_SHRINKS = 25  # cases whose smallest cut is looked for


@dataclass(frozen=True)
class Settings:
    """How cases are run.

    Attributes:
        command: the program and its arguments.
        filter: one process a case.
        folder: where the program runs; here if not said.
        timeout: of a run, in seconds.
        jobs: how many processes at a time.
        cuts: whether to run other cuttings than the one written.
        stop_at: says of a result whether to stop there.
    """

    command: tuple[str, ...]
    filter: bool = False
    folder: Path | None = None
    timeout: float = 10.0
    jobs: int = 1
    cuts: bool = True
    stop_at: Callable[[Result], bool] = lambda _: False


class Runner:
    """One adapter, greeted and smoke-checked, then run.

    Use it as a context manager: its processes end with it.
    """

    def __init__(self, suite: Suite, settings: Settings) -> None:
        self.suite = suite
        self.settings = settings
        self.hello = Hello(" ".join(settings.command)[:80], "", "", frozenset())
        self.notes: list[str] = []
        self.stopped = False
        self._first: Session | None = None
        self._lock = Lock()
        self._todo: deque[Case] = deque()
        self._sessions: list[Session] = []
        self._server: PlayServer | None = None
        self._restarts = self._timeouts = self._shrinks = 0
        self._gave_up: str | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped = True
        for session in self._sessions:
            session.kill()
        if self._server is not None:
            self._server.close()

    # --- start and smoke --------------------------------------------------------------------------

    def start(self) -> Hello:
        """Greet the adapter.

        Raises:
            AdapterError: it is not there, or says nothing that makes sense.
        """
        if self.settings.filter:
            return self.hello
        self._first = self._session()
        self.hello = self._first.hello
        unknown = sorted(self.hello.features - self.suite.features.keys())
        if unknown:
            raise AdapterError(
                f"the adapter states features that there are not: {', '.join(unknown)}",
                f"the features are: {', '.join(self.suite.features)}",
            )
        return self.hello

    def smoke(self, cases: Sequence[Case]) -> list[Result]:
        """Run a few plain cases, one at a time.

        Raises:
            SmokeError: it is the adapter that is wrong.
        """
        results: list[Result] = []
        replies: list[Any] = []
        for case in cases:
            try:
                reply = self._once(Cut("whole", [case.data]))
            except BreakageError as error:
                raise SmokeError(
                    f"smoke check, {case.id}: {error}", _SMOKE_CURES[error.kind], error.stderr
                ) from None
            replies.append(reply)
            outcome = judge(case, reply, self.suite, self.hello.features)
            results.append(Result(case, outcome, 1))
        if cases and not any(reply["events"] for reply in replies):
            errors = [reply["error"] for reply in replies if reply.get("error")]
            if not errors or all(error["class"] == "other" for error in errors):
                said = f" ({str(errors[0].get('message'))[:200]})" if errors else ""
                raise SmokeError(
                    f"smoke check: no event came out of any of {len(cases)} plain streams{said}",
                    _SMOKE_CURES["silent filter" if self.settings.filter else "silent"],
                )
        return results

    def _once(self, cut: Cut) -> Any:
        if self.settings.filter:
            settings = self.settings
            return run_filter(settings.command, cut.chunks[0], settings.timeout, settings.folder)
        assert self._first is not None
        self._first.send(cut)
        return self._first.receive(ReplyReader())

    # --- the run ----------------------------------------------------------------------------------

    def run(self, cases: Iterable[Case]) -> Generator[Result, None, None]:
        """The results, as they come."""
        self._todo.extend(cases)
        done: SimpleQueue[Result | None] = SimpleQueue()
        count = max(1, min(self.settings.jobs, len(self._todo)))
        workers = [_Worker(self, done) for _ in range(count)]
        for worker in workers:
            worker.start()
        ended = 0
        while ended < count:
            result = done.get()
            if result is None:
                ended += 1
                continue
            yield result
            if not self.stopped and self.settings.stop_at(result):
                self.stopped = True
        for worker in workers:
            worker.join()
        if self._gave_up:
            self.notes.append(self._gave_up)

    def next_case(self) -> Case | None:
        """A case that nobody has taken."""
        with self._lock:
            return self._todo.popleft() if self._todo and not self.stopped else None

    def session(self) -> Session:
        """A process for a worker: the one that was smoke-checked, or another.

        Raises:
            AdapterError: it does not start.
        """
        with self._lock:
            first, self._first = self._first, None
        return self._session() if first is None else first

    def _session(self) -> Session:
        session = Session(self.settings.command, self.settings.timeout, self.settings.folder)
        with self._lock:
            self._sessions.append(session)
            if session.hello.transport == "http":
                session.transport = Http(self._play_server())
        return session

    def _play_server(self) -> PlayServer:
        if self._server is None:
            from .server import PlayServer  # brings asyncio, and few adapters ask for it

            try:
                self._server = PlayServer(delay=DELAY)
            except KitError as error:
                cure = "the adapter asks for http: let programs listen on 127.0.0.1"
                raise AdapterError(str(error), cure) from error
        return self._server

    def broke(self, kind: str) -> str | None:
        """Count a restart; gives the reason to give up, if there is one."""
        with self._lock:
            self._restarts += 1
            self._timeouts += kind == "timeout"
            if self._timeouts >= MAX_TIMEOUTS:
                self._gave_up = f"given up after {self._timeouts} time-outs"
            elif self._restarts >= MAX_RESTARTS and not self.settings.filter:
                self._gave_up = f"given up after {self._restarts} restarts of the adapter"
            return self._gave_up

    def give_up(self, reason: str) -> None:
        """Start nothing any more."""
        with self._lock:
            self._gave_up = self._gave_up or reason

    @property
    def gave_up(self) -> str | None:
        """Why nothing is started any more."""
        return self._gave_up

    def may_shrink(self) -> bool:
        """Whether the smallest cut of another case may be looked for."""
        with self._lock:
            self._shrinks += 1
            return self._shrinks <= MAX_SHRINKS

    def note(self, notes: Iterable[str]) -> None:
        """Keep what is worth knowing, once."""
        with self._lock:
            self.notes.extend(note for note in notes if note not in self.notes)


_SMOKE_CURES = {
    "crash": "the adapter must live until stop, one process for all runs (or use --filter); "
    "its standard error says why it ended",
    "timeout": "answer each run with one line, and flush standard output after it",
    "nonsense": 'answer {"cmd": "run", "seq": N, "chunks": […]} with one line '
    '{"seq": N, "events": […], "end": "done"}',
    "silent": "feed the decoder what base64 decoding makes of each of `chunks`, and put "
    'each event into `events` as {"event": name, "data": payload}',
    "silent filter": "read standard input to its end, and print each event on a line of "
    'its own as {"event": name, "data": payload}',
}


@dataclass
class _State:
    """A case on its way."""

    case: Case
    results: list[tuple[Cut, Outcome]] = field(default_factory=list[tuple[Cut, Outcome]])
    judged: dict[int, tuple[Any, Outcome]] = field(default_factory=dict[int, tuple[Any, Outcome]])
    waiting: int = 0
    runs: int = 0
    found: Outcome | None = None  # a chunking failure, whose smallest cut is being looked for
    over: bool = False


class _Worker(Thread):
    """One process at a time, and the cases that go through it."""

    def __init__(self, runner: Runner, done: SimpleQueue[Result | None]) -> None:
        super().__init__(daemon=True)
        self._runner = runner
        self._done = done
        self._session: Session | None = None
        self._replies = ReplyReader()
        self._pending: deque[tuple[_State, Cut]] = deque()
        self._in_flight: deque[tuple[_State, Cut]] = deque()
        self._careful = 0  # so many runs one at a time

    def run(self) -> None:
        """Take cases until there are none."""
        try:
            if self._runner.settings.filter:
                self._filter()
            else:
                self._stdio()
        finally:
            self._done.put(None)

    # --- filters ----------------------------------------------------------------------------------

    def _filter(self) -> None:
        runner, settings = self._runner, self._runner.settings
        while (case := runner.next_case()) is not None:
            state = _State(case, runs=1)
            if case.needs:
                self._finish(state, not_applicable(case, frozenset()))
                continue
            if runner.gave_up:
                self._finish(state, failed(case, "timeout", Detail(f"not run: {runner.gave_up}")))
                continue
            try:
                reply = run_filter(settings.command, case.data, settings.timeout, settings.folder)
            except BreakageError as error:
                runner.broke(error.kind)
                self._finish(state, _broken(case, error))
            except AdapterError as error:
                self._finish(state, failed(case, "crash", Detail(str(error))))
            else:
                self._finish(state, judge(case, reply, runner.suite, runner.hello.features))

    # --- sessions ---------------------------------------------------------------------------------

    def _stdio(self) -> None:
        while not self._runner.stopped:
            self._fill()
            if not self._in_flight:
                break
            assert self._session is not None
            state, cut = self._in_flight[0]
            try:
                reply = self._session.receive(self._replies)
            except BreakageError as error:
                self._recover(error)
                continue
            self._in_flight.popleft()
            self._careful = max(0, self._careful - 1)
            if not state.over:
                self._take(state, cut, reply)
        if self._session is not None:
            if self._runner.stopped:
                self._session.kill()
            else:
                self._runner.note(self._session.stop())

    def _fill(self) -> None:
        """Send as many runs ahead as may be in flight."""
        ahead = 1 if self._careful else AHEAD
        while len(self._in_flight) < ahead and (
            self._session is None or self._session.bytes_in_flight < BYTES_AHEAD
        ):
            following = self._next()
            if following is None:
                return
            if not self._ready():
                self._abandon(following[0])
                continue
            assert self._session is not None
            self._session.send(following[1])
            self._in_flight.append(following)

    def _ready(self) -> bool:
        if self._session is not None:
            return True
        if self._runner.gave_up:
            return False
        try:
            self._session = self._runner.session()
        except AdapterError as error:
            self._runner.give_up(str(error))
            return False
        return True

    def _next(self) -> tuple[_State, Cut] | None:
        while True:
            while self._pending:
                state, cut = self._pending.popleft()
                if not state.over:
                    return state, cut
            case = self._runner.next_case()
            if case is None:
                return None
            state = _State(case)
            if not case.needs <= self._runner.hello.features:
                self._finish(state, not_applicable(case, self._runner.hello.features))
                continue
            cuts = cuttings(case, every=self._runner.settings.cuts)
            if self._runner.hello.transport == "http":  # the network cuts as it likes
                cuts = [cut for cut in cuts if cut.name in (AS_WRITTEN, WHOLE)]
            state.waiting = len(cuts)
            self._pending.extend((state, cut) for cut in cuts)

    def _take(self, state: _State, cut: Cut, reply: Any) -> None:
        """Judge a reply; one that was judged for this case before is not judged again."""
        state.runs += 1
        _, outcome = state.judged.get(id(reply), (None, None))
        if outcome is None:
            runner = self._runner
            outcome = judge(state.case, reply, runner.suite, runner.hello.features)
            state.judged[id(reply)] = reply, outcome
        state.results.append((cut, outcome))
        state.waiting -= 1
        if state.found is not None:
            if outcome.kind is not None:
                self._finish(state, combine(state.case, state.results))
            elif not state.waiting:
                self._finish(state, state.found)
        elif not state.waiting:
            self._conclude(state)

    def _conclude(self, state: _State) -> None:
        outcome = combine(state.case, state.results)
        http = self._runner.hello.transport == "http"
        if outcome.kind == "chunking" and outcome.cut is not None and not http:
            cuts = list(smaller(outcome.cut))
            if cuts and self._runner.may_shrink():
                state.found, state.waiting = outcome, len(cuts)
                self._pending.extendleft((state, cut) for cut in reversed(cuts))
                return
        self._finish(state, outcome)

    def _finish(self, state: _State, outcome: Outcome) -> None:
        state.over = True
        self._done.put(Result(state.case, outcome, state.runs))

    # --- breakages --------------------------------------------------------------------------------

    def _recover(self, error: BreakageError) -> None:
        """The process is gone: who broke it, and what has to be run again."""
        self._session = None
        alone = len(self._in_flight) == 1
        reason = self._runner.broke(error.kind)
        if error.kind != "crash" or alone or reason:
            state, cut = self._in_flight.popleft()
            if not state.over:
                outcome = _broken(state.case, error)
                state.results.append((cut, outcome))
                self._finish(state, combine(state.case, state.results))
        again = [run for run in self._in_flight if not run[0].over]
        self._in_flight.clear()
        self._pending.extendleft(reversed(again))
        if error.kind == "crash" and not alone:
            self._careful = len(again)
            self._runner.note(
                f"died with {len(again)} runs in flight, which were run again one by one"
            )

    def _abandon(self, state: _State) -> None:
        why = f"not run: {self._runner.gave_up}"
        self._finish(state, failed(state.case, "crash", Detail(why)))


def _broken(case: Case, error: BreakageError) -> Outcome:
    said = f"{error}"
    if error.stderr:
        said += f"; standard error ends: {error.stderr[-400:]}"
    return failed(case, error.kind, Detail(said))


def sorted_results(suite: Suite, results: Iterable[Result]) -> tuple[Result, ...]:
    """Results in the order of the suite."""
    order = {case.id: number for number, case in enumerate(suite.cases)}
    return tuple(sorted(results, key=lambda result: order[result.case.id]))
