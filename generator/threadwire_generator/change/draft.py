"""A whole spec from the contract of a document: what `init` begins with.

The files are those that a person would write: `protocol.yaml`, and the types by the payload that
they belong to.  Facts are taken over as they stand.  What a document does not say is `TODO`, which
lint asks for, or is among the questions that come with the draft; nothing is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from threadwire_generator.change.contract import Contract, EventShape, Object, Schema, String
from threadwire_generator.change.merging import merged
from threadwire_generator.change.model import (
    TODO,
    Body,
    Modeller,
    Path,
    led_to,
    ordered,
)
from threadwire_generator.change.naming import Names, camel, file_stem, snake
from threadwire_generator.change.yaml_text import entry
from threadwire_generator.rules.names import package_problem
from threadwire_generator.spec import Source

SHARED = "shared"  # the file of the types that several payloads have in them
ERROR = "error"  # the event that carries an error, in documents that have one
ERROR_TEXT = "message"  # the member of it that is words for people
_HEADERS = {
    "protocol": "# yaml-language-server: $schema=../meta/protocol.schema.json\n",
    "types": "# yaml-language-server: $schema=../meta/types.schema.json\n",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """The files of a spec by name, and what a person should look at."""

    files: Mapping[str, str]
    questions: tuple[str, ...]


def draft(
    contract: Contract,
    *,
    protocol: str | None = None,
    package: str | None = None,
    source: Source | None = None,
    describe: Callable[[Path], str | None] = lambda _: None,
) -> dict[str, str]:
    """The files of `drafted`, by name."""
    made = drafted(contract, protocol=protocol, package=package, source=source, describe=describe)
    return dict(made.files)


def drafted(
    contract: Contract,
    *,
    protocol: str | None = None,
    package: str | None = None,
    source: Source | None = None,
    describe: Callable[[Path], str | None] = lambda _: None,
) -> Draft:
    """A spec of the contract of a document.

    `protocol` and `package` are names where those made of the contract's root will not do; `source`
    is where the document is from; `describe` gives the document's own words for a place in it:
    `document_texts.describer` for a document of one's own.
    """
    base = _base_name(contract.root)
    head = _Head(
        protocol=protocol or snake(base).replace("_", "-"),
        package=package or _package(snake(base)),
        source=source,
    )
    names = Names()
    modeller = Modeller(contract, names, describe=describe)
    union = names.take(camel(contract.root), f"{camel(base)}StreamEvent", f"{camel(base)}Events")
    plan = _Plan(contract, modeller)
    plan.payloads()
    types = modeller.finish()
    deltas = deltas_of(contract, plan.payload)
    for delta, whole in deltas.items():
        types[delta] = _with_delta(types[delta], whole)
    unsure = merged(types, led_to(deltas, types))
    events = {name: plan.event(name) for name in contract.events if name in plan.kept}
    error = _error_payload(plan, types)
    if error is not None:
        types[error] = _loose(types[error])
    protocol_yaml = _protocol(head, union, contract, plan, events, error is not None)
    files = {"protocol.yaml": protocol_yaml} | _type_files(types, plan, deltas)
    notes = [*modeller.notes, *((path, _PIECES) for path in unsure)]
    texts: dict[str, list[str]] = {}
    for path, text in notes:
        texts.setdefault(text, []).append(path)
    questions = [*plan.questions, *(f"{text}: {_list(paths)}" for text, paths in texts.items())]
    return Draft(files, tuple(questions))


_PIECES = "texts that may come piece by piece (`merge: concatenate`)"


def _list(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a protocol is called, and where it is from."""

    protocol: str
    package: str
    source: Source | None


def _base_name(root: str) -> str:
    for ending in ("StreamEvent", "StreamingEvent", "ServerEvent", "Events", "Event", "Stream"):
        if root.endswith(ending) and root != ending:
            return camel(root.removesuffix(ending))
    return camel(root)


def _package(base: str) -> str:
    name = f"{base}_events"
    return name if package_problem(name) is None else "stream_events"


# --- events ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Plan:
    """The events of a contract as those of a spec."""

    contract: Contract
    modeller: Modeller
    payload: dict[str, str] = field(default_factory=dict[str, str])  # type of an event's data
    kept: list[str] = field(default_factory=list[str])
    questions: list[str] = field(default_factory=list[str])
    end: str | None = None  # the event that ends the stream

    def payloads(self) -> None:
        """Give every event that a spec can have its payload."""
        for name, event in self.contract.events.items():
            if self._is_end(event):
                self.end = name
            elif not has_payload(self.contract, event.data):
                self.questions.append(f"{name}: its data is no object, so it is left out")
                continue
            else:
                self.payload[name] = payload_type(self.modeller, name, event.data)
            if event.beside:
                beside = _list(member.name for member in event.beside)
                self.questions.append(f"{name}: {beside} beside its data, which no stream carries")
            self.kept.append(name)

    def _is_end(self, event: EventShape) -> bool:
        return self.end is None and end_data(self.contract, event.data) is not None

    def event(self, name: str) -> Body:
        """An event as it stands in the YAML."""
        class_name = event_class(self.modeller.names, name)
        when = self.modeller.describe((self.contract.root, name)) or TODO
        if name == self.end:
            return {"class": class_name, "ends": ["stream"], "when": when}
        return {"class": class_name, "payload": self.payload[name], "when": when}


def end_data(contract: Contract, data: Schema) -> str | None:
    """The only text that an event's data may be, if it is such an event."""
    match contract.resolve(data).parts:
        case (String((value,), False),):
            return value
        case _:
            return None


def has_payload(contract: Contract, data: Schema) -> bool:
    """Whether the data of an event is one object with declared members."""
    match contract.resolve(data).parts:
        case (Object(members),):
            return bool(members)
        case _:
            return False


def payload_type(modeller: Modeller, event: str, data: Schema) -> str:
    """The type of an event's data."""
    (found,) = modeller.alternatives(data)
    return modeller.payload(event, found)


def event_class(names: Names, event: str) -> str:
    """The name of an event's class."""
    return names.take(camel(event), f"{camel(event)}Event")


def deltas_of(contract: Contract, payload: Mapping[str, str]) -> dict[str, str]:
    """Which payloads are deltas of which others, as far as the names of the events tell.

    `NAME.delta` adds to what the other events `NAME.…` carry, if these all carry the same.
    """
    found: dict[str, str] = {}
    for name in contract.events:
        stem, _, last = name.rpartition(".")
        if last != "delta" or name not in payload:
            continue
        beside = {payload[n] for n in payload if n.rpartition(".")[0] == stem and n != name}
        users = {n for n in payload if payload[n] == payload[name]}
        if len(beside) == 1 and users == {name}:
            found[payload[name]] = beside.pop()
    return found


def _with_delta(body: Body, whole: str) -> Body:
    described = {"description": body["description"], "delta_of": whole}
    return described | {key: value for key, value in body.items() if key != "description"}


def _error_payload(plan: _Plan, types: Mapping[str, Body]) -> str | None:
    """The payload of the event that carries errors, if one carries words for people."""
    name = plan.payload.get(ERROR)
    if name is None or list(plan.payload.values()).count(name) > 1:
        return None
    text = types[name]["properties"].get(ERROR_TEXT, {}).get("type", ())
    return name if "string" in ([text] if isinstance(text, str) else text) else None


def _loose(body: Body) -> Body:
    """The payload of an error, of which plain text may be all that comes: nothing is required."""
    properties: dict[str, Body] = {}
    for name, each in body["properties"].items():
        if "const" in each:
            each = {**each, "type": "string", "documented": {"const": each["const"]}}
            each["evidence"] = ["an error may come as plain text, without it"]
            del each["const"]
        properties[name] = ordered(each)
    documented = {"documented": {"required": body["required"]}} if body["required"] else {}
    loose: Body = {"description": body["description"], "required": [], **documented}
    return {**loose, "properties": properties}


# --- files ----------------------------------------------------------------------------------------


def _protocol(
    head: _Head,
    union: str,
    contract: Contract,
    plan: _Plan,
    events: Mapping[str, Body],
    has_error: bool,
) -> str:
    """The text of `protocol.yaml`."""
    title = f"{' '.join(snake(_base_name(contract.root)).split('_')).capitalize()} stream"
    facts: list[tuple[str, object]] = [
        ("protocol", head.protocol),
        ("title", title),
        ("package", head.package),
        ("union", union),
        ("description", TODO),
    ]
    if head.source is not None:
        source = head.source
        keys = ("repository", "document", "root", "commit", "date")
        facts.append(("source", {key: getattr(source, key) for key in keys}))
    lines = [line for key, value in facts for line in entry(key, value)]
    framing: list[tuple[str, object]] = [("selector", {"in": "event"}), ("end", "eof")]
    if plan.end is not None:
        data = end_data(contract, contract.events[plan.end].data)
        framing[1] = ("end", {"event": plan.end, "data": data})
    if has_error:
        framing.append(("error", {"event": ERROR, "text_as": ERROR_TEXT}))
    lines += ["", *(line for key, value in framing for line in entry(key, value))]
    lines += ["", "events:"]
    for name, body in events.items():
        lines += entry(name, body, 2)
    return f"{_HEADERS['protocol']}\n" + "\n".join(lines) + "\n"


def _type_files(
    types: Mapping[str, Body], plan: _Plan, deltas: Mapping[str, str]
) -> dict[str, str]:
    """The types by file: those of a payload with it, those of several in a file of their own."""
    homes: dict[str, list[str]] = {}  # payload: deltas with what they add to
    for payload in dict.fromkeys(plan.payload.values()):
        homes.setdefault(deltas.get(payload, payload), []).append(payload)
    users: dict[str, set[str]] = {}
    order: list[str] = []
    for home, payloads in homes.items():
        for name in led_to(sorted(payloads, key=lambda each: each in deltas), types):
            users.setdefault(name, set()).add(home)
            order.append(name)
    stems: dict[str, str] = {}
    for home in homes:
        stems[home] = file_stem(home, {SHARED, *stems.values()})
    files: dict[str, list[str]] = {}
    for name in dict.fromkeys(order):
        stem = stems[next(iter(users[name]))] if len(users[name]) == 1 else SHARED
        files.setdefault(stem, []).append(name)
    return {f"{stem}.yaml": types_text(types, files[stem]) for stem in sorted(files)}


def types_text(types: Mapping[str, Body], names: Iterable[str]) -> str:
    """The text of a file of types."""
    blocks = ("\n".join(entry(name, dict(types[name]))) for name in names)
    return _HEADERS["types"] + "".join(f"\n{block}\n" for block in blocks)
