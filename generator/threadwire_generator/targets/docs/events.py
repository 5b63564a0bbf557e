"""Shapes the page of events: the table, how a stream ends, and the shapes of an error."""

from __future__ import annotations

import json
from typing import Any

from threadwire_generator.spec import ErrorShape, Event, Spec
from threadwire_generator.targets.docs.markdown import Markdown, code, join
from threadwire_generator.targets.docs.types import Layout

PAGE = "docs/events.md"


def events_page(spec: Spec, layout: Layout) -> dict[str, Any]:
    """Return what the template of this page prints."""
    return {
        "description": spec.description,
        "source": _source(spec),
        "package": code(spec.package),
        "selector": None if spec.selector is None else code(spec.selector),
        "events": [_row(event, layout) for event in spec.events],
        "end": _end(spec),
        "enders": join(code(event.name) for event in spec.events if "stream" in event.ends),
        "error": None if spec.error is None else code(spec.error.event),
        "error_type": _error_type(spec, layout),
        "error_shapes": [] if spec.error is None else _error_shapes(spec.error),
    }


def _source(spec: Spec) -> dict[str, Markdown | str] | None:
    source = spec.source
    if source is None:
        return None
    return {
        "repository": code(source.repository),
        "document": code(source.document),
        "root": code(source.root),
        "commit": code(source.commit),
        "date": source.date,
    }


def _row(event: Event, layout: Layout) -> tuple[object, ...]:
    return (
        code(event.name),
        "" if event.payload is None else layout.link(event.payload, PAGE),
        event.when,
        "" if event.status is None else code(event.status),
        "yes" if "object" in event.ends else "",
        "yes" if "stream" in event.ends else "",
    )


def _end(spec: Spec) -> dict[str, Markdown] | None:
    if spec.end is None:
        return None
    return {"event": code(spec.end.event), "data": code(spec.end.data)}


def _error_type(spec: Spec, layout: Layout) -> Markdown | None:
    for event in spec.events:
        if spec.error is not None and event.name == spec.error.event and event.payload is not None:
            return layout.link(event.payload, PAGE)
    return None


def _error_shapes(error: ErrorShape) -> list[tuple[object, ...]]:
    text = "what went wrong"
    flat = {error.text_as: text}
    shapes: list[tuple[str, str]] = [("the error object itself", json.dumps(flat))]
    if error.wrapped_in is not None:
        shapes.append(
            ("the error object in a member of its own", json.dumps({error.wrapped_in: flat}))
        )
    return [
        *((code(data), what) for what, data in shapes),
        (code(json.dumps(text)), Markdown(f"a JSON string, read as {code(error.text_as)}")),
        (code(text), Markdown(f"plain text, read as {code(error.text_as)}")),
    ]
