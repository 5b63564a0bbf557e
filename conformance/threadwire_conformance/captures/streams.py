"""All that is wrong with a captured stream: its response, its framing, its payloads, its end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..suite import Suite
from . import Finding
from .framing import Block, read_blocks
from .payloads import Payloads

_NO_NAME = "message"


def response_findings(status: int | None, headers: Mapping[str, str]) -> Iterator[Finding]:
    """What is wrong with a captured response before its body."""
    if status != 200:
        yield Finding("http/status", f"the status is {status or 'not there'}")
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/event-stream":
        said = ascii(media_type[:60]) if media_type else "not there"
        yield Finding("http/content-type", f"the content type is {said}")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        yield Finding("http/content-encoding", f"the body is encoded: {encoding[:40]!a}")


def stream_findings(
    body: bytes, suite: Suite, payloads: Payloads, profile: str, *, framed: bool = True
) -> tuple[int, list[Finding]]:
    """How many events a body has, and what is wrong with it.

    Args:
        body: the bytes.
        suite: the protocol's own facts.
        payloads: what payloads are, by the profile.
        profile: `wire` or `documented`.
        framed: whether the frames are those of the wire; if not, only what they hold counts.
    """
    blocks, findings = read_blocks(body)
    if not framed:
        findings = []
    ended: Block | None = None
    failed = False
    for block in blocks:
        if ended is not None:
            message = f"the stream was over with event {ended.number}"
            findings.append(Finding("stream/after-end", message, block.number, block.offset))
            break
        name = _name(block, suite)
        if name == suite.end_event or _is_nameless_end(block, name, payloads, suite):
            ended = block
            continue
        failed = failed or name == suite.error_event
        findings += [
            replace(finding, event=block.number, offset=block.offset)
            for finding in _event_findings(name, block, suite, payloads, profile)
        ]
    findings += _end_findings(blocks, ended, failed, suite)
    findings = _without_echo(findings, ended)
    if not framed:
        findings = [replace(finding, offset=None) for finding in findings]
    return len(blocks), sorted(findings, key=lambda f: (f.event or 0, f.offset or 0))


def _name(block: Block, suite: Suite) -> str:
    """The name of an event, which stands in its block or in its data."""
    if suite.selector is not None:
        try:
            selected: Any = json.loads(block.data or "").get(suite.selector)
        except (ValueError, AttributeError, RecursionError):
            selected = None
        if isinstance(selected, str):
            return selected
    return block.name or _NO_NAME


def _is_nameless_end(block: Block, name: str, payloads: Payloads, suite: Suite) -> bool:
    if suite.end_event is None or name != _NO_NAME:
        return False
    return block.data in payloads.examples(suite.end_event)


def _event_findings(
    name: str, block: Block, suite: Suite, payloads: Payloads, profile: str
) -> Iterator[Finding]:
    if name == _NO_NAME and not payloads.knows(name):
        yield Finding("framing/no-name", "the event has no name")
    elif not payloads.knows(name):
        rule = "payload/unknown-event" if profile == "wire" else "payload/undocumented-event"
        yield Finding(rule, f"the protocol has no event {name[:60]!a}")
    elif name == suite.error_event:  # comes in several shapes, text among them
        yield Finding("stream/error", "the server reports an error")
    else:
        yield from payloads.check(name, block.data or "")[1]


def _end_findings(
    blocks: list[Block], ended: Block | None, failed: bool, suite: Suite
) -> Iterator[Finding]:
    if not blocks:
        yield Finding("stream/empty", "there is no event")
    elif suite.end_event is not None and ended is None and not failed:
        last = blocks[-1]
        message = f"the last event is not {suite.end_event!r}"
        yield Finding("stream/no-end", message, last.number, last.offset)


def _without_echo(findings: list[Finding], ended: Block | None) -> list[Finding]:
    """An end event that only lacks its last blank line is understood by most readers."""
    if ended is None:
        return findings
    return [f for f in findings if f.id != "framing/unfinished" or f.event != ended.number]
