"""Rules about types: references, enums, unions, loops, and the words that describe them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from threadwire_generator.findings import did_you_mean, show
from threadwire_generator.load import Steps
from threadwire_generator.rules.names import field_problem
from threadwire_generator.rules.view import Problem, View, loops, reached
from threadwire_generator.spec import (
    AliasType,
    Const,
    Mark,
    MixedType,
    NamedType,
    ObjectType,
    Ref,
    Shape,
    UnionType,
)

LONGEST_DESCRIPTION = 400  # characters
TODO = "TODO"  # what stands where a person has words to write


# --- references -----------------------------------------------------------------------------------


def unresolved_reference(view: View) -> Iterator[Problem]:
    """Names of types that there are not."""
    for target, mark in _named_places(view):
        if target not in view.types:
            cure = did_you_mean(target, view.types, "declare it in one of the files of types")
            yield Problem(mark, f"there is no type {show(target)}", cure)


def _named_places(view: View) -> Iterator[tuple[str, Mark]]:
    for reference in view.references:
        yield reference.target, reference.mark
    for schema in view.declared:
        if "delta_of" in schema.body:
            yield schema.body["delta_of"], schema.mark("delta_of")
    for event in view.spec.events:
        if event.payload is not None:
            yield event.payload, view.protocol.mark(("events", event.name, "payload"))
    if view.lifecycle:
        for lifecycle in view.spec.lifecycles:
            mark = view.lifecycle.mark(("objects", lifecycle.name, "payload"))
            yield lifecycle.payload, mark


def unused_type(view: View) -> Iterator[Problem]:
    """Types to which nothing leads from an event; of those that lead to more, the first."""
    if not view.is_resolved:
        return  # what leads where shows when the references do lead somewhere
    payloads = [event.payload for event in view.spec.events if event.payload is not None]
    used = reached(payloads, view.whole_graph)
    unused = {name: view.whole_graph[name] for name in view.types if name not in used}
    inner = {target for name, targets in unused.items() for target in targets if target != name}
    told: set[str] = set()
    for name in sorted(unused, key=lambda name: name in inner):  # first those that nothing names
        if name not in told:
            told |= reached([name], view.whole_graph)
            message = f"nothing leads from an event to {show(name)}"
            yield Problem(view.types[name].mark, message, "refer to it, or remove it")


def reference_loop(view: View) -> Iterator[Problem]:
    """Loops of types that no value can have, and of types that are nothing but each other."""
    names = {
        name: [target for target in targets if not isinstance(view.types[target], ObjectType)]
        for name, targets in view.graph.items()
        if not isinstance(view.types[name], ObjectType)
    }
    for loop in loops(names):
        message = f"{_way(loop)}: these types are only each other"
        cure = "put an object between them, or write one of them out"
        yield Problem(view.reference_mark(loop[-1], loop[0]), message, cure)
    endless = _endless(view)
    for loop in loops(endless):
        if any(isinstance(view.types[name], ObjectType) for name in loop):
            message = f"{_way(loop)}: a value of these would have no end"
            cure = "make one of the members on the way optional, nullable or a list"
            yield Problem(view.reference_mark(loop[-1], loop[0]), message, cure)


def _way(loop: Sequence[str]) -> str:
    return " → ".join(show(name) for name in [*loop[:8], loop[0]])


def _endless(view: View) -> Mapping[str, Sequence[str]]:
    """The types that no finite value has, and by which others."""
    users: dict[str, list[str]] = {name: [] for name in view.types}
    for name in view.types:
        for target in _needs(view, view.types[name]):
            users[target].append(name)
    finite: set[str] = set()
    todo = list(view.types)
    while todo:
        name = todo.pop()
        if name not in finite and _is_finite(view, view.types[name], finite):
            finite.add(name)
            todo += users[name]
    return {
        name: [target for target in _needs(view, named) if target not in finite]
        for name, named in view.types.items()
        if name not in finite
    }


def _needs(view: View, named: NamedType) -> list[str]:
    """The types of which a value of this type holds one at once: in a member, or as a choice."""
    shapes: list[Shape] = []
    if isinstance(named, ObjectType):
        shapes = [field.shape for field in named.fields if field.required and not field.nullable]
    elif isinstance(named, UnionType):
        shapes = [Ref(variant) for variant in named.variants]
    elif isinstance(named, MixedType):
        shapes = list(named.members)
    elif isinstance(named, AliasType):
        shapes = [named.shape]
    return [shape.name for shape in shapes if isinstance(shape, Ref) and shape.name in view.types]


def _is_finite(view: View, named: NamedType, finite: set[str]) -> bool:
    needs = _needs(view, named)
    if isinstance(named, UnionType):
        return named.open or len(needs) < len(named.variants) or any(n in finite for n in needs)
    if isinstance(named, MixedType):
        return len(needs) < len(named.members) or any(name in finite for name in needs)
    return all(name in finite for name in needs)


def file_loop(view: View) -> Iterator[Problem]:
    """Files become modules, and modules that import each other cannot be imported."""
    homes = {name: named.file for name, named in view.types.items()}
    files: dict[str, list[str]] = {document.stem: [] for document in view.type_documents}
    marks: dict[tuple[str, str], Mark] = {}
    for reference in view.references:
        target = homes.get(reference.target)
        if target is not None and target != reference.file and not reference.documented:
            files[reference.file].append(target)
            marks.setdefault((reference.file, target), reference.mark)
    for loop in loops(files):
        way = " → ".join(show(f"{stem}.yaml") for stem in [*loop, loop[0]])
        message = f"the files refer to each other: {way}"
        cure = "move the types that both need into one file"
        yield Problem(marks[(loop[-1], loop[0])], message, cure)


# --- enums and unions -----------------------------------------------------------------------------


def open_missing(view: View) -> Iterator[Problem]:
    """Enums and tagged unions that do not say whether they are open."""
    for schema in view.declared:
        if ("enum" in schema.body or "oneOf" in schema.body) and "open" not in schema.body:
            message = f"{show(schema.type_name)} does not say whether there may be others"
            cure = "add `open: true` (what is unknown is kept) or `open: false` (it is refused)"
            yield Problem(schema.mark(key=True), message, cure)


def empty_enum(view: View) -> Iterator[Problem]:
    """Enums without values."""
    for schema in view.schemas:
        if schema.body.get("enum") == []:
            message = "an enum without values"
            yield Problem(schema.mark("enum", key=True), message, "list its values")


def enum_value_twice(view: View) -> Iterator[Problem]:
    """Values that an enum lists again."""
    for schema in view.schemas:
        seen: set[str] = set()
        for index, value in enumerate(schema.body.get("enum", ())):
            if value in seen:
                message = f"the value {show(value)} is here twice"
                yield Problem(schema.mark("enum", index), message, "keep one of the two")
            seen.add(value)


def union_variant_no_object(view: View) -> Iterator[Problem]:
    """Variants of tagged unions that are something else than objects."""
    for schema in view.declared:
        for index, variant in enumerate(schema.body.get("oneOf", ())):
            name = variant["$ref"]
            if name in view.types and not isinstance(view.types[name], ObjectType):
                message = f"{show(name)} is a variant of a tagged union, and is no object type"
                cure = "refer to an object type, or make the union one of `anyOf`"
                yield Problem(schema.mark("oneOf", index, "$ref"), message, cure)


def union_tag_missing(view: View) -> Iterator[Problem]:
    """Variants without the tag as a required constant."""
    for schema in view.declared:
        for index, variant in enumerate(schema.body.get("oneOf", ())):
            named = view.object_type(variant["$ref"])
            if named and _tag(named, schema.body["tag"]) is None:
                tag = show(schema.body["tag"])
                message = f"{show(named.name)} has no required constant {tag} to be told by"
                cure = f"give it {tag} with a `const`, and require it"
                yield Problem(schema.mark("oneOf", index, "$ref"), message, cure)


def union_tag_name_bad(view: View) -> Iterator[Problem]:
    """Tags that cannot be an attribute's name, as the unknown variant of an open union has it."""
    for schema in view.declared:
        reason = field_problem(schema.body["tag"], view.types) if "tag" in schema.body else None
        if reason:
            message = f"{show(schema.body['tag'])} cannot be a tag in code: it {reason}"
            cure = "describe such objects by a map (`type: object`), for no variant can be told"
            yield Problem(schema.mark("tag"), message, cure)


def union_tag_twice(view: View) -> Iterator[Problem]:
    """Variants with the tag of another one."""
    for schema in view.declared:
        taken: dict[str, str] = {}
        for index, variant in enumerate(schema.body.get("oneOf", ())):
            named = view.object_type(variant["$ref"])
            value = _tag(named, schema.body["tag"]) if named else None
            if named is None or value is None:
                continue
            if value in taken:
                both = f"{show(taken[value])} and {show(named.name)}"
                if taken[value] == named.name:
                    both = f"{show(named.name)}, which is here twice,"
                message = f"{both} cannot be told apart by {show(value)}"
                cure = "give each variant a constant of its own"
                yield Problem(schema.mark("oneOf", index, "$ref"), message, cure)
            taken.setdefault(value, named.name)


def _tag(named: ObjectType, tag: str) -> str | None:
    for field in named.fields:
        if field.wire_name == tag and field.required and isinstance(field.shape, Const):
            return field.shape.value
    return None


def mixed_same_json_type(view: View) -> Iterator[Problem]:
    """Members of a mixed union that share a JSON type with one before."""
    for schema in view.declared:
        named = view.types[schema.type_name]
        if not isinstance(named, MixedType) or named.mark != schema.mark(key=True):
            continue
        taken: set[str] = set()
        for index, member in enumerate(named.members):
            again = sorted(taken & view.json_types(member))
            if again:
                message = f"another member of {show(named.name)} is a JSON {' or '.join(again)} too"
                cure = "make the members of different JSON types, or a tagged union of them"
                yield Problem(schema.mark("anyOf", index), message, cure)
            taken |= view.json_types(member)


# --- words ----------------------------------------------------------------------------------------


def description_missing(view: View) -> Iterator[Problem]:
    """Texts that are not there, or blank, or only the name again."""
    for name, keyword, text, mark in _texts(view):
        if not text.strip():
            message = f"{show(name)} has no {show(keyword)}"
            yield Problem(mark, message, "say in a sentence what it is")
        elif _plain(text) == _plain(name):
            message = f"{show(keyword)} says no more than the name {show(name)}"
            yield Problem(mark, message, "say in a sentence what it is")


def description_form(view: View) -> Iterator[Problem]:
    """Texts that are no single paragraph of moderate length with a full stop."""
    for name, keyword, text, mark in _texts(view):
        if not text.strip() or text == TODO:
            continue
        wrong = [words for is_wrong, words in _form(text) if is_wrong]
        if wrong:
            message = f"{show(keyword)} of {show(name)} {' and '.join(wrong)}"
            cure = (
                f"write one paragraph of at most {LONGEST_DESCRIPTION} characters with a full stop"
            )
            yield Problem(mark, message, cure)


def todo(view: View) -> Iterator[Problem]:
    """Words that nobody has written yet, and units that nobody has named."""
    for name, keyword, text, mark in _texts(view):
        if text == TODO:
            yield Problem(mark, f"{show(keyword)} of {show(name)} is still to be written", _SAY)
    for schema in view.properties:
        if schema.body.get("unit") == TODO:
            message = f"nobody has said what {show(schema.steps[-1])} counts"
            yield Problem(schema.mark("unit"), message, _COUNT)


_SAY = "say in a sentence of your own what it is, or when it occurs"
_COUNT = "name its `unit`, or state `format: unixtime` if it is a point in time"


def _form(text: str) -> list[tuple[bool, str]]:
    return [
        (not text.rstrip().endswith("."), "does not end with a full stop"),
        ("\t" in text, "has a tab in it"),
        ("\n" in text, "has a line end in it"),
        (text != text.strip(), "begins or ends with a blank"),
        (len(text) > LONGEST_DESCRIPTION, f"has {len(text)} characters"),
    ]


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _texts(view: View) -> Iterator[tuple[str, str, str, Mark]]:
    """Every text that describes something: of what, under which keyword, the text, and where."""
    protocol, data = view.protocol, view.data
    mark = protocol.mark(("description",))
    yield data["protocol"], "description", data.get("description", ""), mark
    for schema in (*view.declared, *view.properties):
        steps: Steps = ("description",) if "description" in schema.body else ()
        mark = schema.mark(*steps, key=not steps)
        yield str(schema.steps[-1]), "description", schema.body.get("description", ""), mark
    for name, body in data["events"].items():
        steps = ("events", name, "when") if "when" in body else ("events", name)
        yield name, "when", body.get("when", ""), protocol.mark(steps, key="when" not in body)
    if view.lifecycle:
        for name, body in view.life.get("objects", {}).items():
            for index, edge in enumerate(body["edges"]):
                steps = ("objects", name, "edges", index)
                steps = (*steps, "when") if "when" in edge else steps
                yield name, "when", edge.get("when", ""), view.lifecycle.mark(steps)
