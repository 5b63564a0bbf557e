"""Random schemas, other notations of them, schemas near them, and values that they admit.

A schema here is JSON Schema in one plain notation: null in an `anyOf`, constants as one-value
enums, nothing referred to.  `rewritten` says the same in another way.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from support.documents import ref

Schema = dict[str, Any]

WORDS = st.sampled_from(["red", "green", "blue", "grey"])
NAMES = st.sampled_from(["a", "b", "c", "d"])
NULL: Schema = {"type": "null"}


def _limited(schema: Schema, keyword: str, low: int, high: int) -> st.SearchStrategy[Schema]:
    limit = st.none() | st.integers(low, high)
    return limit.map(lambda value: schema if value is None else {**schema, keyword: value})


SCALARS: st.SearchStrategy[Schema] = st.one_of(
    _limited({"type": "string"}, "maxLength", 1, 4),
    _limited({"type": "integer"}, "minimum", -2, 2),
    _limited({"type": "number"}, "maximum", 0, 3),
    st.just({"type": "boolean"}),
    st.lists(WORDS, min_size=1, max_size=3, unique=True).map(
        lambda words: {"type": "string", "enum": words}
    ),
)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Schema], tag: str | None = None) -> Schema:
    properties = draw(st.dictionaries(NAMES, inner, max_size=3))
    required = sorted(name for name in properties if draw(st.booleans()))
    if tag is not None:
        properties = {"type": {"type": "string", "enum": [tag]}, **properties}
        required = ["type", *required]
    schema: Schema = {"type": "object", "properties": properties, "required": required}
    rest = draw(st.sampled_from(["any", "any", "none", "map"]))
    if rest == "none":
        schema["additionalProperties"] = False
    elif rest == "map":
        schema["additionalProperties"] = draw(inner)
    return schema


@st.composite
def unions(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    tags = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    branches = [draw(objects(inner, tag)) for tag in tags]
    if len(branches) == 1 or draw(st.booleans()):
        branches.append(draw(SCALARS))
    return {"oneOf": branches}


def _nullable(schema: Schema) -> Schema:
    return schema if NULL in schema.get("anyOf", ()) else {"anyOf": [schema, NULL]}


def _larger(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    arrays = inner.map(lambda items: {"type": "array", "items": items})
    return st.one_of(
        arrays.flatmap(lambda array: _limited(array, "maxItems", 0, 2)),
        objects(inner),
        unions(inner),
        inner.map(_nullable),
    )


SCHEMAS: st.SearchStrategy[Schema] = st.recursive(SCALARS, _larger, max_leaves=8)


_LIMITS = {
    "string": ("maxLength", 1, 4),
    "integer": ("minimum", -2, 2),
    "number": ("maximum", 0, 3),
    "array": ("maxItems", 0, 2),
}


@st.composite
def near(draw: st.DrawFn, schema: Schema) -> Schema:
    """The schema with one part of it drawn anew."""
    if draw(st.integers(0, 9)) == 0:
        return draw(SCHEMAS)
    changed = dict(schema)
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            branches = list(schema[keyword])
            at = draw(st.integers(0, len(branches) - 1))
            if branches[at] == NULL or (len(branches) > 2 and draw(st.booleans())):
                del branches[at]
            elif "properties" in branches[at]:
                branches[at] = draw(_near_object(branches[at]))
            elif keyword == "anyOf":
                branches[at] = draw(near(branches[at]))
            changed[keyword] = branches
            return changed if len(branches) > 1 else branches[0]
    if "properties" in schema:
        return draw(_near_object(schema))
    if "items" in schema and draw(st.booleans()):
        return {**schema, "items": draw(near(schema["items"]))}
    if "enum" in schema:
        return {**schema, "enum": draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))}
    if draw(st.integers(0, 2)) == 0:
        return draw(SCALARS)
    limits = _LIMITS.get(schema["type"])
    if limits is None:
        return _nullable(schema)
    keyword, low, high = limits
    bare = {key: value for key, value in schema.items() if key != keyword}
    return draw(_limited(bare, keyword, low, high))


@st.composite
def _near_object(draw: st.DrawFn, schema: Schema) -> Schema:
    properties, required = dict(schema["properties"]), list(schema["required"])
    free = [name for name in properties if name != "type"]
    what = draw(st.sampled_from(["member", "member", "gone", "new", "required", "rest"]))
    name = draw(st.sampled_from(free)) if free else draw(NAMES)
    if what == "member" and name in properties:
        properties[name] = draw(near(properties[name]))
    elif what == "gone" and name in properties:
        del properties[name]
        required = [each for each in required if each != name]
    elif what == "required" and name in properties:
        required = [n for n in required if n != name] if name in required else [*required, name]
    elif what == "rest":
        rest = draw(st.sampled_from([True, False]) | SCALARS)
        return {**schema, "additionalProperties": rest}
    else:
        properties[name := draw(NAMES)] = draw(SCALARS)
        required = [n for n in required if n != name] + ([name] if draw(st.booleans()) else [])
    return {**schema, "properties": properties, "required": required}


# --- other notations ------------------------------------------------------------------------------


@st.composite
def rewritten(draw: st.DrawFn, schema: Schema, version: str) -> dict[str, Schema]:
    """Schemas of a document: `Data`, which says what the schema says, and those it refers to."""
    named: dict[str, Schema] = {}
    letters = draw(st.permutations("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))

    def write(schema: Schema) -> Schema:
        written = _noted(draw, _rewritten(draw, schema, write, version))
        if len(named) < len(letters) and draw(st.booleans()):
            name = f"Schema{letters[len(named)]}"
            named[name] = written
            return ref(name)
        return {"allOf": [written]} if draw(st.integers(0, 4)) == 0 else written

    data = write(schema)
    return {"Data": data, **named}


def _rewritten(draw: Any, schema: Schema, write: Any, version: str) -> Schema:
    if NULL in schema.get("anyOf", ()):
        inner = write(next(branch for branch in schema["anyOf"] if branch != NULL))
        nullable: Schema = draw(st.sampled_from(_NULLS[version]))(inner)
        return nullable
    new = dict(schema)
    if "enum" in schema:
        new["enum"] = draw(st.permutations(schema["enum"]))
        if len(new["enum"]) == 1 and version == "3.1.0" and draw(st.booleans()):
            new = {"const": new["enum"][0], **({"type": "string"} if draw(st.booleans()) else {})}
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            branches = draw(st.permutations([write(branch) for branch in schema[keyword]]))
            return {draw(st.sampled_from(["oneOf", "anyOf"])): branches}
    if "items" in schema:
        new["items"] = write(schema["items"])
    if "properties" in schema:
        names = draw(st.permutations(list(schema["properties"])))
        new["properties"] = {name: write(schema["properties"][name]) for name in names}
        new["required"] = draw(st.permutations(schema["required"]))
        if not new["required"] and draw(st.booleans()):
            del new["required"]
        rest = schema.get("additionalProperties", True)
        if isinstance(rest, dict):
            new["additionalProperties"] = write(rest)
        elif rest is True and draw(st.booleans()):
            new["additionalProperties"] = draw(st.sampled_from([True, {}]))
    return new


def _beside(schema: Schema) -> Schema:
    return {**schema, "nullable": True}


def _in_all_of(schema: Schema) -> Schema:
    return {"allOf": [schema, {"nullable": True}]}


def _in_any_of(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _in_type(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str) and "enum" not in schema and "const" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return _in_any_of(schema)


_NULLS = {
    "3.0.3": [_beside, _in_all_of],
    "3.1.0": [_beside, _in_all_of, _in_any_of, _in_type],
}


def _noted(draw: Any, schema: Schema) -> Schema:
    notes = {"description": "what it is", "title": "It", "deprecated": True, "x-own": [1]}
    return {**schema, **draw(st.sampled_from([{}, {}, notes]))}


# --- values ---------------------------------------------------------------------------------------


@st.composite
def values(draw: st.DrawFn, schema: Schema) -> Any:
    """A value that the schema admits; no member of it has a name that only another schema knows."""
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return draw(values(draw(st.sampled_from(schema[keyword]))))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if schema["type"] == "array":
        most = min(schema.get("maxItems", 2), 2)
        return [draw(values(schema["items"])) for _ in range(draw(st.integers(0, most)))]
    if schema["type"] == "object":
        found = {
            name: draw(values(inner))
            for name, inner in schema["properties"].items()
            if name in schema["required"] or draw(st.booleans())
        }
        rest = schema.get("additionalProperties", True)
        if isinstance(rest, dict) and draw(st.booleans()):
            name = draw(NAMES)
            found.setdefault(name, draw(values(schema["properties"].get(name, rest))))
        elif rest is True and draw(st.booleans()):
            found["unheard"] = draw(st.sampled_from([0, None, {}]))
        return found
    return draw(_SCALAR_VALUES[schema["type"]](schema))


_SCALAR_VALUES: dict[str, Any] = {
    "null": lambda _: st.none(),
    "boolean": lambda _: st.booleans(),
    "string": lambda schema: st.text("xyz", max_size=min(schema.get("maxLength", 6), 6))
    | WORDS.filter(lambda word: len(word) <= schema.get("maxLength", 6)),
    "integer": lambda schema: st.integers(schema.get("minimum", -9), 9),
    "number": lambda schema: st.sampled_from([-8.5, -1, 0])
    | st.floats(-9, schema.get("maximum", 9)),
}
