"""The ways that the order of a stream leaves open, each alternative once.

A `Way` is a stream written out: its events, the parts that it takes, and a name made of where it
turns off from the usual one.  The usual way takes the first of every choice, leaves nothing out,
and sends an event that may come again twice.  Every other way differs from it in one place, so that
ways add up and never multiply.  Within a stream, what a part leaves open is gone through where the
part comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

from threadwire_generator.spec import OrderItem, Part, Spec, StreamOrder

USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Way:
    """One way through an order."""

    events: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()
    turns: tuple[str, ...] = ()  # where it is not the usual way

    @property
    def name(self) -> str:
        """The turns, in words."""
        return "-".join(self.turns) or USUAL

    def then(self, other: Way) -> Way:
        """This way, and another one after it."""
        return Way(self.events + other.events, self.parts | other.parts, self.turns + other.turns)

    def turned(self, *turns: str) -> Way:
        """The same way, called by these turns first."""
        return Way(self.events, self.parts, turns + self.turns)


def ways(spec: Spec, stream: StreamOrder) -> list[Way]:
    """All ways of a stream, the usual one first."""
    return _Orders(spec).sequence(stream.order)


class _Orders:
    """Goes through the orders of one stream."""

    def __init__(self, spec: Spec) -> None:
        self._parts = spec.parts
        self._known: dict[str, Way] = {}  # the usual way of each part that was gone through

    def sequence(self, order: tuple[OrderItem, ...]) -> list[Way]:
        """The usual way of every item, and each other way of each with the usual ones around it."""
        choices = [self._item(item) for item in order]
        found = [_joined([choice[0] for choice in choices])]
        for index, choice in enumerate(choices):
            for other in choice[1:]:
                around = [usual[0] for usual in choices]
                around[index] = other
                found.append(_joined(around))
        return found

    def _item(self, item: OrderItem) -> list[Way]:
        if item.kind == "event":
            once = Way((item.name,))
            found = [once.then(once), once.turned(f"one-{item.name}")] if item.repeat else [once]
        else:
            found = self._part(self._parts[item.name])
            if item.repeat and len(found) > 1:
                found.append(self._several(self._parts[item.name]))
        if item.optional:
            found.append(Way(turns=(f"without-{item.name}",)))
        return found

    def _part(self, part: Part) -> list[Way]:
        if part.name in self._known:
            return [self._known[part.name]]
        found = self._choice(part) if part.one_of else self.sequence(part.order)
        within = frozenset({part.name})
        found = [Way(way.events, way.parts | within, way.turns) for way in found]
        self._known[part.name] = found[0]
        return found

    def _choice(self, part: Part) -> list[Way]:
        """Every way of every alternative; those of the first need not be called by its name."""
        first, *others = part.one_of
        found = self._item(first)
        for item in others:
            found += [way.turned(item.name) for way in self._item(item)]
        return found

    def _several(self, part: Part) -> Way:
        """A part that comes again: its alternatives one after the other, or the same twice."""
        again = part.one_of or (OrderItem("part", part.name),) * 2
        usual = [self._item(item)[0] for item in again]
        joined = _joined(usual)
        return Way(joined.events, joined.parts | {part.name}, (f"several-{part.name}",))


def _joined(pieces: list[Way]) -> Way:
    joined = Way()
    for piece in pieces:
        joined = joined.then(piece)
    return joined
