"""Says in words what a shape, or a keyword of the official document, admits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from threadwire_generator.spec import Anything, Const, ListOf, MapOf, Ref, Scalar, Shape
from threadwire_generator.targets.docs.markdown import Markdown, code, escape, join

Link: TypeAlias = Callable[[str], Markdown]

_FORMATS = {"unixtime": "Unix time", "uri": "URI"}


def shape_phrase(shape: Shape, link: Link) -> Markdown:
    """Return the phrase for a shape; named types are links."""
    match shape:
        case Scalar(types, format_):
            return _scalars(types, format_)
        case Const(value):
            return code(f'"{value}"')
        case Ref(name):
            return link(name)
        case ListOf(items):
            return Markdown(f"list of {shape_phrase(items, link)}")
        case MapOf(values):
            return Markdown(f"map of {shape_phrase(values, link)}")
        case Anything():
            return Markdown("any JSON value")


def _scalars(types: tuple[str, ...], format_: str | None) -> Markdown:
    named = join(types, " or ")
    return named if format_ is None else Markdown(f"{named} ({_format(format_)})")


def _format(name: str) -> Markdown:
    return escape(_FORMATS.get(name, name))


def keywords_phrase(keywords: Mapping[str, Any], link: Link) -> Markdown:
    """Return the phrase for keywords of JSON Schema as they are written in a spec."""
    phrases = [_KEYWORDS[key](value, link) for key, value in keywords.items() if key in _KEYWORDS]
    return join(phrases) if phrases else Markdown("any JSON value")


def _type(value: Any, _: Link) -> Markdown:
    return escape(value) if isinstance(value, str) else join(cast("list[str]", value), " or ")


def _schema(value: Any, link: Link) -> Markdown:
    if isinstance(value, Mapping):
        return keywords_phrase(cast("Mapping[str, Any]", value), link)
    return Markdown("any JSON value" if value else "nothing")


def _template(text: str, thing: str = "") -> Callable[[Any, Link], Markdown]:
    def phrase(value: Any, _: Link) -> Markdown:
        things = thing if value == 1 or not thing else f"{thing}s"
        return Markdown(text.format(f"{escape(value)} {things}".rstrip()))

    return phrase


_KEYWORDS: Mapping[str, Callable[[Any, Link], Markdown]] = {
    "type": _type,
    "$ref": lambda value, link: link(value),
    "anyOf": lambda value, link: join((_schema(branch, link) for branch in value), " or "),
    "const": lambda value, _: code(f'"{value}"'),
    "enum": lambda value, _: Markdown(f"one of {join(code(str(item)) for item in value)}"),
    "items": lambda value, link: Markdown(f"items: {_schema(value, link)}"),
    "additionalProperties": lambda value, link: Markdown(f"members: {_schema(value, link)}"),
    "format": lambda value, _: Markdown(f"format {_format(str(value))}"),
    "minimum": _template("at least {}"),
    "maximum": _template("at most {}"),
    "minLength": _template("at least {}", "character"),
    "maxLength": _template("at most {}", "character"),
    "minItems": _template("at least {}", "item"),
    "maxItems": _template("at most {}", "item"),
    "maxProperties": _template("at most {}", "member"),
    "pattern": lambda value, _: Markdown(f"matching {code(str(value))}"),
}
