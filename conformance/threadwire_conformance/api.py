"""The requests of an API that the server stands in for, as data.

Where streams are asked for, and what is answered to the requests around them, is a fact about a
protocol: `serve.yaml` beside its `suite.json`, or `data/serve/PROTOCOL.yaml` of this package.  A
protocol without such a file has no paths of its own; its cases are there under `/cases/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote

import yaml

from .errors import KitError
from .resources import DATA
from .values import is_array, is_object

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PLACE = re.compile(r"\{(\w+)\}")
_PREFIXED = re.compile(r"[A-Za-z]+_(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path with places, as in `POST /things/{thing_id}/parts`."""

    method: str
    parts: tuple[str, ...]

    def match(self, method: str, path: Sequence[str]) -> dict[str, str] | None:
        """What stands in the places, if a path ends like this one, whatever base comes before."""
        if method != self.method or len(path) < len(self.parts):
            return None
        found: dict[str, str] = {}
        for part, given in zip(self.parts, path[-len(self.parts) :], strict=True):
            place = _PLACE.fullmatch(part)
            if place is None and part != given:
                return None
            if place is not None:
                if not given:
                    return None
                found[place[1]] = given
        return found

    @property
    def weight(self) -> tuple[int, int]:
        """Of two that match, the one with the greater weight is meant."""
        return len(self.parts), sum(not _PLACE.fullmatch(part) for part in self.parts)

    def __str__(self) -> str:
        return f"{self.method} /{'/'.join(self.parts)}"


@dataclass(frozen=True)
class Api:
    """What is asked for where, and what is answered.

    Attributes:
        streams: the requests that are answered by a stream if their body says `"stream": true`.
        answers: the JSON for the other requests, with places to be filled.
        words: what stands in a place that a request says nothing about.
        error: the JSON of an error, with the places `message` and `code`.
        prefixes: of the ids that are named in help texts.
        environment: of a command that is run against the server, `{url}` being the server's.
        environment_defaults: the same, where nothing is set.
    """

    streams: tuple[Route, ...] = ()
    answers: tuple[tuple[Route, Any], ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: Any = field(
        default_factory=lambda: {"error": {"message": "{message}", "code": "{code}"}}
    )
    prefixes: tuple[str, ...] = ("case",)
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    environment_defaults: Mapping[str, str] = field(default_factory=dict[str, str])

    def stream(self, method: str, path: Sequence[str]) -> dict[str, str] | None:
        """What stands in the places of a path where streams are asked for; None if it is none."""
        found = _best(self.streams, method, path)
        return None if found is None else found[1]

    def answer(self, method: str, path: Sequence[str], body: Any) -> Any | None:
        """The JSON for a request, None if there is no answer to it."""
        found = _best([route for route, _ in self.answers], method, path)
        if found is None:
            return None
        route, places = found
        members = body if is_object(body) else {}
        said = {name: value for name, value in members.items() if isinstance(value, str)}
        shape = next(answer for other, answer in self.answers if other == route)
        return fill(shape, {**self.words, **said, **places})


def fill(shape: Any, words: Mapping[str, Any]) -> Any:
    """A JSON value with its places filled; a place without a word stays as it is."""
    if is_object(shape):
        return {name: fill(value, words) for name, value in shape.items()}
    if is_array(shape):
        return [fill(value, words) for value in shape]
    place = _PLACE.fullmatch(shape) if isinstance(shape, str) else None
    return words.get(place[1], shape) if place else shape


def _best(
    routes: Sequence[Route], method: str, path: Sequence[str]
) -> tuple[Route, dict[str, str]] | None:
    found = [
        (route, places) for route in routes if (places := route.match(method, path)) is not None
    ]
    return max(found, key=lambda pair: pair[0].weight, default=None)


# --- slugs ----------------------------------------------------------------------------------------


def slug(case_id: str) -> str:
    """A case id as part of an id that every client can send: `/` is `~`, `[` is `=5B`."""
    quoted = quote(case_id, safe="/").replace("~", "%7E")
    return quoted.replace("/", "~").replace("%", "=")


def unslug(text: str) -> str:
    """The case id of a slug."""
    return unquote(text.replace("~", "/").replace("=", "%"))


def without_prefix(text: str) -> str | None:
    """What stands after PREFIX_, None if there is no prefix."""
    match = _PREFIXED.fullmatch(text)
    return match[1] if match else None


# --- reading --------------------------------------------------------------------------------------


def load_api(protocol: str, folder: Path | None = None) -> Api:
    """The API of a protocol: of the file beside its suite, or of the one that comes with the kit.

    Raises:
        KitError: the file cannot be read, or is not as it should be.
    """
    places = [folder / "serve.yaml"] if folder is not None else []
    if _NAME.fullmatch(protocol):
        places.append(DATA / "serve" / f"{protocol}.yaml")
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        return Api()
    try:
        return _api(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
        raise KitError(f"{file}: {error}") from error


def _api(content: Any) -> Api:
    known = {name: content.pop(name) for name in list(content) if name in Api.__dataclass_fields__}
    content.pop("shapes", None)  # what others refer to
    if content:
        raise ValueError(f"unknown: {', '.join(map(str, content))}")
    if "streams" in known:
        known["streams"] = tuple(map(_route, known["streams"]))
    if "answers" in known:
        answers = cast("dict[str, Any]", known["answers"])
        known["answers"] = tuple((_route(text), answer) for text, answer in answers.items())
    if "prefixes" in known:
        known["prefixes"] = tuple(map(str, known["prefixes"]))
    return Api(**known)


def _route(text: str) -> Route:
    method, _, path = text.partition(" ")
    if not path.startswith("/"):
        raise ValueError(f"{text!r} is no METHOD /path")
    return Route(method, tuple(path.strip("/").split("/")))
