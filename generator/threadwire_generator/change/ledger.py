"""The edits that an import comes to: gathered by file, in an order in which they can be made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from threadwire_generator.change.keywords import is_mapping
from threadwire_generator.change.model import Body
from threadwire_generator.change.yaml_edit import Drop, Edit, Insert, Put
from threadwire_generator.load import Steps


class Item(NamedTuple):
    """One line of what a person reads: where, and what."""

    path: str
    says: str


@dataclass(slots=True)
class Ledger:
    """Edits of the files of a spec; `homes` says in which file a type is."""

    homes: Mapping[str, str]
    edits: dict[str, list[Edit]] = field(default_factory=dict[str, list[Edit]])
    edited: list[Item] = field(default_factory=list[Item])
    conflicts: list[Item] = field(default_factory=list[Item])
    questions: list[Item] = field(default_factory=list[Item])
    _evidence: dict[Steps, int] = field(default_factory=dict[Steps, int])

    @property
    def count(self) -> int:
        """How many edits there are."""
        return sum(map(len, self.edits.values()))

    def add(self, file: str, *edits: Edit) -> None:
        """Edits of a file."""
        self.edits.setdefault(file, []).extend(edits)

    def put(self, steps: Steps, value: Any, after: str | None = None) -> None:
        """A member of a type, at these steps, has this value."""
        self.add(self.homes[str(steps[0])], Put(steps, value, after))

    def drop(self, steps: Steps) -> None:
        """A member of a type, at these steps, is gone."""
        self.add(self.homes[str(steps[0])], Drop(steps))

    def items(self, steps: Steps, old: Sequence[Any], new: Sequence[Any]) -> None:
        """A list has the items of another one; those that stay do so where they are."""
        file = self.homes[str(steps[0])]
        now = list(map(repr, old))
        wanted = set(map(repr, new))
        for index in range(len(now) - 1, -1, -1):
            if now[index] not in wanted:
                self.add(file, Drop((*steps, index)))
                del now[index]
        for index, value in joined(now, [repr(item) for item in new]):
            self.add(file, Insert(steps, index, new[value]))

    def listed(
        self, steps: Steps, old: Sequence[Any] | None, new: Sequence[Any], after: str
    ) -> None:
        """What `documented` lists for a type: made, changed, or taken away where it is empty."""
        if old is None:
            if new:
                self.put(steps[:-1], {str(steps[-1]): list(new)}, after)
        elif not new:
            self.drop(steps[:-1])
        else:
            self.items(steps, old, new)

    def documented(self, steps: Steps, body: Body, new: Body | bool | None) -> None:
        """What `documented` says of a property; None for nothing."""
        old = body.get("documented")
        place = (*steps, "documented")
        if new is None or new == {}:
            if old is not None:
                self.drop(place)
        elif not is_mapping(old) or not is_mapping(new):
            if old != new or type(old) is not type(new):
                self.put(place, new, after="description")
        else:
            for key, value in new.items():
                if old.get(key) != value:
                    self.put((*place, key), value)
            for key in old:
                if key not in new:
                    self.drop((*place, key))

    def evidence(self, steps: Steps, body: Body, text: str) -> None:
        """One more piece of evidence, of a type or a property."""
        place = (*steps, "evidence")
        known: Sequence[str] = body.get("evidence", ())
        if text in known:
            return
        count = self._evidence.get(place, len(known))
        if count == 0:
            self.put(place, [text], after="documented")
        else:
            self.add(self.homes[str(steps[0])], Insert(place, count, text))
        self._evidence[place] = count + 1


def joined(now: list[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Put what is missing into a list, each behind what it follows in `new`.

    Gives where each is put, and where it is in `new`.
    """
    known = set(now)
    place = -1  # of the one before
    for index, item in enumerate(new):
        if item not in known:
            known.add(item)
            now.insert(place + 1, item)
            place += 1
            yield place, index
        elif now[place + 1 : place + 2] == [item]:
            place += 1
        else:
            place = now.index(item)
