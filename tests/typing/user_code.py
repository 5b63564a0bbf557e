"""A page of code as users write it, for type checkers to read.

Nothing here runs.  What must be right has no comment, and `assert_type` says what was inferred;
what must be wrong is marked for both checkers, and a mark that is not needed is an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from assistant_events import (
    EVENT_TYPES,
    AssistantStreamEvent,
    AsyncEventIterator,
    CodeInterpreterTool,
    Decoder,
    Done,
    Error,
    ErrorEvent,
    Event,
    EventIterator,
    EventTooLargeError,
    EventType,
    FunctionTool,
    FunctionToolCallDelta,
    InvalidEvent,
    Message,
    MessageDelta,
    NamedToolChoice,
    PayloadError,
    Problem,
    Run,
    RunStepDelta,
    StreamError,
    TextContent,
    TextContentDelta,
    Thread,
    ThreadCreated,
    ThreadMessageCompleted,
    ThreadMessageDelta,
    ThreadRunCompleted,
    ThreadRunCreated,
    ThreadRunStepDelta,
    ToolCallsDetailsDelta,
    TruncatedStreamError,
    UnknownAnnotation,
    UnknownEvent,
    UnknownMessageContent,
    UnknownTool,
    aiter_events,
    data_text,
    decode,
    decode_event,
    encode,
    iter_events,
)
from typing_extensions import assert_never, assert_type

# --- reading --------------------------------------------------------------------------------------


def reading(chunks: Iterable[bytes], body: bytes) -> None:
    assert_type(iter_events(chunks), EventIterator[AssistantStreamEvent])
    assert_type(iter_events(chunks, errors="raise"), EventIterator[AssistantStreamEvent])
    assert_type(
        iter_events(chunks, errors="keep"), EventIterator[AssistantStreamEvent | InvalidEvent]
    )
    assert_type(decode(body), list[AssistantStreamEvent])
    assert_type(decode(body, errors="keep"), list[AssistantStreamEvent | InvalidEvent])
    assert_type(Decoder().feed(body), list[AssistantStreamEvent | InvalidEvent])
    assert_type(Decoder().close(), list[AssistantStreamEvent | InvalidEvent])
    assert_type(Decoder(max_event_bytes=1, require_done=False).last_event_id, str)
    assert_type(Decoder().done, bool)
    assert_type(decode_event("done", "[DONE]"), AssistantStreamEvent)
    assert_type(decode_event(None, b""), AssistantStreamEvent)
    assert_type(encode(Done("[DONE]")), bytes)
    assert_type(data_text(UnknownEvent("ping", "x")), str)
    with iter_events(chunks) as events:
        for event in events:
            assert_type(event, AssistantStreamEvent)
    plain: Iterator[AssistantStreamEvent] = iter_events(chunks)
    next(plain)


async def awaiting(chunks: AsyncIterable[bytes]) -> None:
    assert_type(aiter_events(chunks), AsyncEventIterator[AssistantStreamEvent])
    assert_type(
        aiter_events(chunks, errors="keep"),
        AsyncEventIterator[AssistantStreamEvent | InvalidEvent],
    )
    async with aiter_events(chunks) as events:
        async for event in events:
            assert_type(event, AssistantStreamEvent)
    plain: AsyncIterator[AssistantStreamEvent] = aiter_events(chunks)
    await plain.__anext__()


# --- matching -------------------------------------------------------------------------------------


def match_on_classes(event: AssistantStreamEvent) -> str | None:
    match event:
        case ThreadCreated(thread):
            assert_type(thread, Thread)
            return thread.id
        case ThreadRunCreated(run) | ThreadRunCompleted(run):
            assert_type(run, Run)
            return run.status
        case ThreadMessageDelta(data=delta):
            assert_type(delta, MessageDelta)
            return delta.id
        case ThreadMessageCompleted():
            assert_type(event.data, Message)
            return event.event
        case ErrorEvent(error):
            assert_type(error, Error)
            assert_type(event.raw, str | None)
            return error.message
        case Done(text):
            assert_type(text, str)
            return text
        case UnknownEvent(name, text):
            assert_type(name, str)
            assert_type(text, str)
            return name
        case _:
            rest: str = event.event
            return rest


def narrow_by_class(event: AssistantStreamEvent | InvalidEvent) -> None:
    if isinstance(event, InvalidEvent):
        assert_type(event.error, StreamError)
        assert_type(event.offset, int)
        if isinstance(event.error, PayloadError):
            assert_type(event.error.path, str)
            assert_type(event.error.problems, tuple[Problem, ...])
        elif isinstance(event.error, EventTooLargeError):
            assert_type(event.error.limit, int)
        return
    if isinstance(event, ThreadRunStepDelta):
        assert_type(event.data, RunStepDelta)
    if isinstance(event, ThreadMessageDelta | ThreadMessageCompleted):
        assert_type(event.data.id, str)


def nothing_is_left(event: ThreadCreated | Done | UnknownEvent) -> int:
    match event:
        case ThreadCreated():
            return 1
        case Done():
            return 2
        case UnknownEvent():
            return 3
        case _:
            assert_never(event)


# --- payloads -------------------------------------------------------------------------------------


def read_a_message(message: Message) -> str:
    words: list[str] = []
    for part in message.content:
        if isinstance(part, TextContent):
            words.append(part.text.value)
            for note in part.text.annotations:
                if not isinstance(note, UnknownAnnotation):
                    assert_type(note.start_index, int)
        elif isinstance(part, UnknownMessageContent):
            words.append(part.type)
        elif part.type == "refusal":
            words.append(part.refusal)
    return " ".join(words)


def read_a_run(run: Run) -> None:
    assert_type(run.id, str)
    assert_type(run.created_at, int)
    assert_type(run.expires_at, int | None)
    assert_type(run.instructions, str | None)
    assert_type(run.temperature, float | None)
    assert_type(run.parallel_tool_calls, bool | None)
    assert_type(run.metadata, dict[str, str] | None)
    assert_type(run.file_ids, list[str] | None)
    assert_type(run.model_fields_set, set[str])
    if run.usage is not None:
        assert_type(run.usage.total_tokens, int)
    for tool in run.tools:
        if isinstance(tool, FunctionTool):
            assert_type(tool.function.name, str)
        elif isinstance(tool, CodeInterpreterTool):
            assert_type(tool.type, str)  # type: ignore[assert-type]  # pyright: ignore[reportAssertTypeFailure]
        elif isinstance(tool, UnknownTool):
            assert_type(tool.type, str)
        else:
            assert_type(tool.file_search is None, bool)
    if isinstance(run.tool_choice, NamedToolChoice):
        kind: str = run.tool_choice.type
        del kind
    if run.status == "completed" or run.status == "brand_new":  # an open enumeration is a string
        return


def read_a_delta(delta: MessageDelta, step: RunStepDelta) -> str:
    for part in delta.delta.content or []:
        if isinstance(part, TextContentDelta) and part.text is not None:
            return part.text.value or ""
    details = step.delta.step_details
    if isinstance(details, ToolCallsDetailsDelta):
        for call in details.tool_calls or []:
            if isinstance(call, FunctionToolCallDelta) and call.function is not None:
                return call.function.arguments or ""
            assert_type(call.type == "brand_new", bool)
    return ""


# --- the table and the errors ---------------------------------------------------------------------


def look_up(name: str) -> type[Event] | None:
    row = EVENT_TYPES.get(name)
    assert_type(row, EventType | None)
    return row.event if row is not None else None


def catch(body: bytes) -> list[AssistantStreamEvent]:
    try:
        return decode(body)
    except PayloadError as error:
        assert_type(error.data, str)
        assert_type(error.event, str | None)
        return error.events
    except TruncatedStreamError as error:
        assert_type(error.offset, int | None)
        return error.events


# --- what must be wrong ---------------------------------------------------------------------------


def wrong(chunks: list[str], achunks: AsyncIterable[bytes], body: bytes, run: Run) -> None:
    iter_events(chunks)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    iter_events(achunks)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    decode("text")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    decode(body, errors="ignore")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    Decoder().feed("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    print(run.brand_new)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    run.created_at.upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    print(run.usage.total_tokens)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    print(run.tools[0].function)  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]


def not_all(event: ThreadCreated | Done) -> int:
    match event:
        case ThreadCreated():
            return 1
        case _:
            assert_never(event)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def unknown_until_narrowed(event: AssistantStreamEvent) -> None:
    print(event.data.id)  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]
    for invalid in iter_events([b""], errors="keep"):
        encode(invalid)
        good: AssistantStreamEvent = invalid  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
        del good
