"""Whole runs: every stream of the life cycle in each of its ways, and every edge.

A run is played.  Objects come to be, change their states as the events say, and are told by the
same identifier throughout; the pieces of an object add up to what it has in the end.  Where the
order of no stream holds an edge, the life of one object is played alone, on the shortest way
through it.

What a protocol leaves to be guessed is guessed by form: a member `x_id` names the object of the
life cycle or payload `x`, a member `x_at` tells when the state `x` began, and a variant that names
such an object is chosen where one comes to be during the life of what it belongs to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from threadwire_generator.cases import Case, Piece
from threadwire_generator.load import Json
from threadwire_generator.spec import (
    Edge,
    EnumType,
    Event,
    Field,
    LifeCycle,
    ListOf,
    ObjectType,
    Scalar,
    Shape,
    Spec,
    UnionType,
)
from threadwire_generator.targets.suite.adding import added, as_whole, body
from threadwire_generator.targets.suite.coverage import edge_item
from threadwire_generator.targets.suite.derive import DerivationError
from threadwire_generator.targets.suite.frames import end, frame
from threadwire_generator.targets.suite.orders import ways
from threadwire_generator.targets.suite.places import escaped
from threadwire_generator.targets.suite.reading import Reading
from threadwire_generator.targets.suite.samples import EPOCH, Members, Samples, snake, words

TOPIC = "runs"
RULES = ("order/whole-run", "order/as-sent")
WHY = (
    "What a decoder loses, doubles or mixes up shows in whole streams: an answer with a hole in it."
)
PIECES = ("The first piece", ", and another", ", and one more")


def runs(spec: Spec, reading: Reading) -> Iterator[Case]:
    """All whole runs: by stream, then the lives that no stream holds."""
    covered: set[str] = set()
    for stream in spec.streams:
        for way in ways(spec, stream):
            play = Play(spec, f"{stream.name}/{way.name}")
            names = [name for name in way.events if not _is_end(spec, name)]
            blocks = play.blocks(names)
            turned = ", ".join(words(turn).replace("-", " ") for turn in way.turns)
            title = f"The answer to {stream.request}: {turned or 'as it usually goes'}"
            covers = [f"stream:{stream.name}", *(f"part:{part}" for part in sorted(way.parts))]
            covered |= play.edges
            case_id = f"run/{escaped(stream.name)}/{_words(way.turns)}"
            yield _case(spec, reading, case_id, title, blocks, (*covers, *sorted(play.edges)))
    for life in spec.lifecycles:
        for edge in life.edges:
            if edge.event is not None and edge_item(life, edge) not in covered:
                yield _life(spec, reading, life, edge)


def _words(turns: tuple[str, ...]) -> str:
    return "-".join(escaped(turn) for turn in turns) or "usual"


def _is_end(spec: Spec, name: str) -> bool:
    return spec.end is not None and name == spec.end.event


def _life(spec: Spec, reading: Reading, life: LifeCycle, edge: Edge) -> Case:
    path = [*_way_to(life, edge.start), edge]
    told = [step for step in path if step.event is not None]
    play = Play(spec, f"{life.name}/{edge.start}/{edge.to}")
    blocks = play.blocks([step.event or "" for step in told], [step.to for step in told])
    way = f"{escaped(edge.start or 'nothing')}-to-{escaped(edge.to)}"
    case_id = f"run/life-of-{escaped(life.name)}/{way}"
    title = f"The life of a {words(life.name)} alone: from {edge.start or 'nothing'} to {edge.to}"
    covers = (edge_item(life, edge), *sorted(play.edges))
    return _case(spec, reading, case_id, title, blocks, covers)


def _way_to(life: LifeCycle, state: str | None) -> list[Edge]:
    """The shortest way of a life to a state."""
    todo: list[tuple[str | None, list[Edge]]] = [(None, [])]
    seen: set[str | None] = {None}
    for here, path in todo:
        if here == state:
            return path
        for edge in life.edges:
            if edge.start == here and edge.to not in seen:
                seen.add(edge.to)
                todo.append((edge.to, [*path, edge]))
    return []


def _case(
    spec: Spec,
    reading: Reading,
    case_id: str,
    title: str,
    blocks: list[tuple[str, str]],
    covers: tuple[str, ...],
) -> Case:
    texts = [text for _, text in blocks]
    stream = [*texts, end(spec)] if spec.end is not None else texts
    outcome = reading.read("".join(stream).encode())
    expected = [(name, "known") for name, _ in blocks]
    if [(event.event, event.kind) for event in outcome.events] != expected:
        raise DerivationError(f"{case_id}: read as {outcome}")
    events = tuple(f"event:{name}" for name in dict.fromkeys(name for name, _ in blocks))
    ended = () if spec.end is None else (f"event:{spec.end.event}",)
    return Case(
        id=case_id,
        title=title,
        level="must",
        rules=tuple(rule for rule in RULES if rule in spec.rules),
        why=WHY,
        topic=TOPIC,
        stream=tuple(Piece(text.encode()) for text in stream),
        expect=outcome,
        origin="run",
        covers=tuple(dict.fromkeys(("derivation:run", *covers, *events, *ended))),
    )


# --- the play -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Actor:
    """An object that a run tells of."""

    type: ObjectType
    number: int
    members: Members = field(default_factory=dict[str, Json])
    pieces: Members = field(default_factory=dict[str, Json])  # what the deltas add up to
    count: int = 0  # of the deltas
    state: str | None = None
    open: bool = True


class Play:
    """Plays one run; `edges` are those of the life cycles that it went along."""

    def __init__(self, spec: Spec, name: str) -> None:
        self.edges: set[str] = set()
        self._spec = spec
        self._seed = zlib.crc32(name.encode())
        self._samples = Samples(spec)
        self._events = {event.name: event for event in spec.events}
        self._lives = {life.payload: life for life in spec.lifecycles}
        self._actors: dict[str, list[Actor]] = {}
        self._kinds = self._kinds_by_name()
        self._coming: list[str] = []  # kinds of the objects that will come to be
        self._nested: frozenset[str] = frozenset()  # those during the life that now begins
        self._time = EPOCH

    def _kinds_by_name(self) -> dict[str, str]:
        """Payload types by what an identifier may call them."""
        kinds = {
            snake(event.payload): event.payload
            for event in self._spec.events
            if event.payload and self._samples.object_type(event.payload).delta_of is None
        }
        return kinds | {life.name: life.payload for life in self._spec.lifecycles}

    def blocks(
        self, names: Sequence[str], states: Sequence[str] | None = None
    ) -> list[tuple[str, str]]:
        """The name and the block of each event; `states` are forced upon the objects, if given."""
        events = [self._events[name] for name in names]
        blocks: list[tuple[str, str]] = []
        for index, event in enumerate(events):
            self._time += 1
            self._coming = [e.payload or "" for e in events[index + 1 :] if self._creates(e)]
            self._nested = self._during(events[index:])
            data = self._data(event, states[index] if states else None)
            blocks.append((event.name, frame(self._spec, event.name, data)))
        return blocks

    def _creates(self, event: Event) -> bool:
        life = self._lives.get(event.payload or "")
        return life is not None and any(
            edge.start is None and edge.event == event.name for edge in life.edges
        )

    def _during(self, events: Sequence[Event]) -> frozenset[str]:
        """The kinds that come to be during the life which the first of the events begins."""
        first, *others = events
        found: set[str] = set()
        for event in others:
            if event.payload == first.payload and "object" in event.ends:
                break
            if self._creates(event) and event.payload != first.payload:
                found.add(event.payload or "")
        return frozenset(found)

    def _data(self, event: Event, state: str | None) -> Json:
        named = self._samples.object_type(event.payload or "")
        if self._spec.error is not None and event.name == self._spec.error.event:
            return self._samples.named(event, self._samples.shallow(named))
        if named.delta_of is not None:
            return self._delta(event, named)
        actor = self._actor(event, named)
        self._advance(actor, event, state)
        if "object" in event.ends:
            actor.open = False
        return self._samples.named(event, dict(actor.members))

    # --- objects ----------------------------------------------------------------------------------

    def _actor(self, event: Event, named: ObjectType) -> Actor:
        """The object that an event is about: a new one, the one there is, or one found there."""
        cast_ = self._actors.setdefault(named.name, [])
        if not cast_ or self._creates(event):
            actor = Actor(named, len(cast_) + 1)
            cast_.append(actor)
            actor.members = self._object(named, actor)
        return cast_[-1]

    def _advance(self, actor: Actor, event: Event, state: str | None) -> None:
        """Bring an object into the state that an event tells."""
        life = self._lives.get(actor.type.name)
        if life is None:
            self._settle(actor)
            return
        edge = self._edge(life, actor, event, state)
        after = state or event.status or (edge.to if edge else actor.state) or life.initial
        if edge is not None and edge.to == after:
            self.edges.add(edge_item(life, edge))
        if after != actor.state and f"{after}_at" in _names(actor.type):
            actor.members[f"{after}_at"] = self._time
        actor.state = after
        actor.members[life.member] = after
        self._settle(actor)

    def _edge(self, life: LifeCycle, actor: Actor, event: Event, state: str | None) -> Edge | None:
        """The edge that an event goes along; an object found there may have been in any state."""
        if actor.state is None and not self._creates(event):
            edges = [e for e in life.edges if e.event == event.name and e.start is not None]
        else:
            edges = [e for e in life.edges if e.event == event.name and e.start == actor.state]
        if state is not None:
            edges = [edge for edge in edges if edge.to == state]
        return edges[0] if edges else None

    def _settle(self, actor: Actor) -> None:
        """Give an object what its pieces have added up to."""
        shapes = {f.wire_name: f.shape for f in actor.type.fields}
        for name, value in actor.pieces.items():
            if name in shapes:
                whole = as_whole(self._samples, shapes[name], value, actor.type.name, name)
                actor.members[name] = whole

    # --- values -----------------------------------------------------------------------------------

    def _object(self, named: ObjectType, actor: Actor) -> Members:
        members: Members = {
            f.wire_name: self._value(f, f.shape, named, actor) if self._is_said(f) else None
            for f in named.fields
            if f.required
        }
        return self._agreeing(named, members)

    @staticmethod
    def _is_said(f: Field) -> bool:
        """Whether a member has a value from the beginning: what may be null has none but a name."""
        return not f.nullable or f.wire_name.endswith("_id")

    def _value(self, f: Field, shape: Shape, owner: ObjectType, actor: Actor) -> Json:
        here = self._samples.resolved(shape)
        if isinstance(here, UnionType):
            return self._object(self._chosen(here), actor)
        if isinstance(here, ObjectType):
            return self._object(here, actor)
        if isinstance(here, Scalar) and here.types == ("string",):
            name = self._identifier(f.wire_name, owner, actor)
            if name is not None:
                return name
        if isinstance(here, Scalar) and here.format == "unixtime":
            return self._time
        return self._samples.small(shape, owner.name, f.wire_name)

    def _identifier(self, member: str, owner: ObjectType, actor: Actor) -> str | None:
        if member == "id":
            known = owner.delta_of or owner.name
            kind = snake(known).removesuffix("_delta")
            return f"{kind}_{actor.number}"
        if not member.endswith("_id") or member[:-3] not in self._kinds:
            return None
        return f"{member[:-3]}_{self._number(self._kinds[member[:-3]])}"

    def _number(self, kind: str) -> int:
        """Which object of a kind is meant: the one that is open, the next to come, the last."""
        cast_ = self._actors.get(kind, [])
        if cast_ and cast_[-1].open:
            return cast_[-1].number
        return len(cast_) + 1 if kind in self._coming or not cast_ else len(cast_)

    def _chosen(self, union: UnionType) -> ObjectType:
        """The variant that fits what comes to be during the life that now begins."""
        variants = [self._samples.object_type(variant) for variant in union.variants]
        there = {kind for kind, cast_ in self._actors.items() if cast_[-1].open} | self._nested
        fitting = [v for v in variants if self._named_kinds(v) & self._nested]
        plain = [v for v in variants if self._named_kinds(v) <= there]
        return [*fitting, *plain, *variants][0]

    def _named_kinds(self, named: ObjectType) -> set[str]:
        """The kinds of the objects that a required member, however deep, names."""
        found: set[str] = set()
        for f in named.fields:
            here = self._samples.resolved(f.shape)
            if f.required and isinstance(here, ObjectType):
                found |= self._named_kinds(here)
            elif f.required and f.wire_name.endswith("_id"):
                found |= {self._kinds[name] for name in [f.wire_name[:-3]] if name in self._kinds}
        return found

    def _agreeing(self, named: ObjectType, members: Members) -> Members:
        """The members, an enum of the tags of a union beside it having that union's tag."""
        unions = {
            f.wire_name: shape
            for f in named.fields
            for shape in [self._samples.resolved(f.shape)]
            if isinstance(shape, UnionType)
        }
        for f in named.fields:
            enum = self._samples.resolved(f.shape)
            for name, union in unions.items():
                value = members.get(name)
                tags = {self._samples.tag_of(union, variant) for variant in union.variants}
                if isinstance(enum, EnumType) and set(enum.values) == tags and f.required:
                    members[f.wire_name] = value[union.tag] if isinstance(value, dict) else None
        return members

    # --- deltas -----------------------------------------------------------------------------------

    def _delta(self, event: Event, named: ObjectType) -> Json:
        whole = self._samples.object_type(named.delta_of or "")
        cast_ = self._actors.setdefault(whole.name, [])
        if not cast_:
            cast_.append(Actor(whole, 1))
            cast_[-1].members = self._object(whole, cast_[-1])
        actor = cast_[-1]
        leaves = list(self._leaves(named, ()))
        leaf = leaves[(self._seed + actor.number) % len(leaves)] if leaves else ()
        piece = PIECES[min(actor.count, len(PIECES) - 1)]
        delta = self._piece(named, leaf, piece, actor)
        delta = self._samples.named(event, delta)
        actor.count += 1
        flat = _flat(named, whole, self._samples)
        actor.pieces = added(self._samples, flat, actor.pieces, body(named, whole, delta))
        return delta

    def _leaves(self, named: ObjectType, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The ways to texts that are added to: members, and between them the variants."""
        for f in named.fields:
            here = (*way, f.wire_name)
            shape = self._samples.resolved(f.shape)
            if isinstance(shape, ListOf):
                shape = self._samples.resolved(shape.items)
            if f.merge == "concatenate":
                yield here
            elif isinstance(shape, ObjectType) and shape.name not in way:
                yield from self._leaves(shape, here)
            elif isinstance(shape, UnionType):
                for variant in shape.variants:
                    if variant not in way:
                        found = self._samples.object_type(variant)
                        yield from self._leaves(found, (*here, variant))

    def _piece(self, named: ObjectType, leaf: tuple[str, ...], text: str, actor: Actor) -> Members:
        """A delta with a piece of text at the end of a way, the first with what comes only once."""
        members: Members = {}
        for f in named.fields:
            shape = self._samples.resolved(f.shape)
            is_list = isinstance(shape, ListOf)
            if leaf and f.wire_name == leaf[0]:
                inner = self._samples.resolved(shape.items) if isinstance(shape, ListOf) else shape
                rest = leaf[1:]
                if isinstance(inner, UnionType):
                    inner, rest = self._samples.object_type(rest[0]), rest[1:]
                value: Json = text
                if isinstance(inner, ObjectType):
                    value = self._piece(inner, rest, text, actor)
                members[f.wire_name] = [value] if is_list else value
            elif f.required or (actor.count == 0 and isinstance(shape, (Scalar, EnumType))):
                members[f.wire_name] = self._value(f, f.shape, named, actor)
        return members


def _names(named: ObjectType) -> set[str]:
    return {f.wire_name for f in named.fields}


def _flat(named: ObjectType, whole: ObjectType, samples: Samples) -> ObjectType:
    """The type of what a delta adds to the object itself, as `body` gives it."""
    known = _names(whole)
    fields: list[Field] = []
    for f in named.fields:
        inner = samples.resolved(f.shape)
        if f.wire_name in known:
            fields.append(f)
        elif isinstance(inner, ObjectType):
            fields += inner.fields
    return ObjectType(named.name, named.file, named.description, named.mark, tuple(fields))
