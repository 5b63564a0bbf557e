"""What a fault is: a decoder that is wrong in one way, and a sentence that says in which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from threadwire_generator.build import read_spec
from threadwire_generator.spec import Spec

from .base import Base
from .values import Values

Decode: TypeAlias = "Callable[[list[bytes]], dict[str, Any]]"

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent


@cache
def the_spec() -> Spec:
    """The protocol that the faults are about."""
    spec, findings = read_spec(CHECKOUT / "schema" / "assistants")
    assert spec is not None, findings
    return spec


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    Attributes:
        name: topic and words, as in the id of a case.
        decoder: what is wrong, as code: a decoder, or a reader of payloads; its docstring tells it.
        seen: where it was seen for real.
        cut: whether it may show only in other chunks.
        rows: which rules of derivation are there to kill it.
        streams: how large they are in which it shows; what is larger costs time.
    """

    name: str
    decoder: type[Base] | type[Values]
    seen: tuple[str, ...] = ()
    cut: bool = False
    rows: tuple[str, ...] = ()
    streams: Literal["small", "large", "huge"] = "small"

    @property
    def wrong(self) -> str:
        """What is wrong, in a sentence."""
        return " ".join((self.decoder.__doc__ or "").split())

    @property
    def base(self) -> str:
        """The decoder that it is put into: a key of `BASES`."""
        return "plain" if issubclass(self.decoder, Values) else "package"

    def decode(self, chunks: list[bytes]) -> dict[str, Any]:
        """The reply of the wrong decoder."""
        if issubclass(self.decoder, Values):
            return Base(the_spec(), self.decoder(the_spec())).decode(chunks)
        return self.decoder(the_spec()).decode(chunks)


def _package(chunks: list[bytes]) -> dict[str, Any]:
    return Base(the_spec()).decode(chunks)


def _plain(chunks: list[bytes]) -> dict[str, Any]:
    return Base(the_spec(), Values(the_spec())).decode(chunks)


BASES: dict[str, Decode] = {"package": _package, "plain": _plain}
"""The decoders without a fault: payloads read by the generated package, or by the spec."""
