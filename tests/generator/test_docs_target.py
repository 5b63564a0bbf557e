"""The target `docs`: what the pages say, and that no text of a spec can shape them."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from markdown_it import MarkdownIt
from threadwire_generator.spec import (
    AliasType,
    Const,
    Documented,
    Edge,
    EndEvent,
    EnumType,
    ErrorShape,
    Event,
    Field,
    LifeCycle,
    ListOf,
    MapOf,
    Mark,
    MixedType,
    ObjectType,
    OrderItem,
    Part,
    Ref,
    Scalar,
    Shape,
    Source,
    Spec,
    StreamOrder,
    UnionType,
)
from threadwire_generator.targets.docs import plan
from threadwire_generator.targets.docs.markdown import Slugs, code, diagram_label, escape

HERE = Mark("kettle.yaml", 1, 1)
TEXT = Scalar(("string",))


def member(
    wire_name: str, shape: Shape, *, required: bool = False, nullable: bool = False, **more: Any
) -> Field:
    """A field with the facts that every one has."""
    return Field(wire_name, shape, nullable, required, f"The {wire_name}.", HERE, **more)


KIND = member("kind", Const("spout"), required=True)
TYPES = (
    ObjectType(
        "Kettle",
        "kettle",
        "A vessel.",
        HERE,
        (
            member("id", TEXT, required=True),
            member("state", Ref("State"), required=True),
            member("filled_at", Scalar(("integer",), "unixtime"), nullable=True, unit="seconds"),
            member(
                "parts",
                ListOf(Ref("Part")),
                documented=Documented(keywords={"maxItems": 4}),
                evidence=("five parts once", "none at all"),
            ),
            member("serial", TEXT, documented=Documented(known=False)),
            member("label", TEXT, evidence=("absent in spring",)),
        ),
        documented_required=("label",),
    ),
    ObjectType(
        "KettleDelta",
        "kettle",
        "News of a vessel.",
        HERE,
        (member("text", TEXT, merge="concatenate"),),
        delta_of="Kettle",
    ),
    EnumType(
        "State", "kettle", "Where.", HERE, ("cold", "hot"), open=True, documented_values=("cold",)
    ),
    UnionType("Part", "part", "A part.", HERE, "kind", ("Spout",), open=False),
    ObjectType("Spout", "part", "It pours.", HERE, (KIND,)),
    MixedType("Choice", "part", "Either.", HERE, (Ref("State"), Ref("Spout"))),
    AliasType("Marks", "part", "Marks.", HERE, MapOf(TEXT)),
    ObjectType("Fault", "part", "What broke.", HERE, (member("message", TEXT, required=True),)),
)

SPEC = Spec(
    protocol="kettle",
    title="Kettle stream",
    package="kettle_events",
    union="KettleEvent",
    description="A kettle that reports.",
    source=Source("maker/docs", "kettle.yaml", "KettleEvent", "0123abc", "2020-02-02"),
    selector=None,
    end=EndEvent("over", "[OVER]"),
    error=ErrorShape("fault", text_as="message", wrapped_in="fault"),
    events=(
        Event("kettle.filled", "Filled", "Kettle", "It is full.", HERE, status="cold"),
        Event("kettle.delta", "Delta", "KettleDelta", "It goes on.", HERE),
        Event("kettle.hot", "Hot", "Kettle", "It boils.", HERE, "hot", ("object", "stream")),
        Event("fault", "FaultEvent", "Fault", "It broke.", HERE),
        Event("over", "Over", None, "It is over.", HERE, ends=("stream",)),
    ),
    types={type_.name: type_ for type_ in TYPES},
    lifecycles=(
        LifeCycle(
            "kettle",
            "Kettle",
            "state",
            "cold",
            ("hot",),
            (
                Edge("cold", "end", "kettle.hot", "documented", "It boils."),
                Edge("end", "hot", None, "inferred", "It whistles."),
            ),
        ),
    ),
    streams=(
        StreamOrder(
            "fill",
            "POST /kettles/{id}",
            "seen",
            (
                OrderItem("event", "kettle.filled"),
                OrderItem("part", "news", repeat=True, optional=True),
                OrderItem("event", "over"),
            ),
        ),
    ),
    parts={
        "news": Part(
            "news",
            "inferred",
            one_of=(
                OrderItem("event", "kettle.delta", repeat=True),
                OrderItem("event", "kettle.hot", optional=True),
            ),
        )
    },
)


def page(name: str, spec: Spec = SPEC) -> str:
    return plan(spec)[f"docs/{name}.md"]


def section(text: str, heading: str) -> str:
    """What stands under a heading, to the next one."""
    return re.split(r"^#+ ", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


# --- what the pages say ---------------------------------------------------------------------------


def test_the_event_table_has_a_row_for_each_event() -> None:
    rows = [line for line in page("events").splitlines() if line.startswith("| `")]
    assert rows[:5] == [
        "| `kettle.filled` | [`Kettle`](types.md#kettle) | It is full. | `cold` |  |  |",
        "| `kettle.delta` | [`KettleDelta`](types.md#kettledelta) | It goes on. |  |  |  |",
        "| `kettle.hot` | [`Kettle`](types.md#kettle) | It boils. | `hot` | yes | yes |",
        "| `fault` | [`Fault`](types.md#fault) | It broke. |  |  |  |",
        "| `over` |  | It is over. |  |  | yes |",
    ]


def test_the_events_page_says_where_the_facts_come_from_and_how_a_stream_ends() -> None:
    text = page("events")
    for fact in ("`maker/docs`", "`0123abc`", "2020-02-02", "`[OVER]`", '`{"fault": {"message"'):
        assert fact in text


def test_a_protocol_without_end_error_and_source_says_so() -> None:
    text = page(
        "events", dataclasses.replace(SPEC, end=None, error=None, source=None, selector="kind")
    )
    assert "With the end of the input" in text
    assert "The name of an event is the member `kind` of its data." in text
    assert "error" not in text.lower()


def test_a_field_says_type_presence_and_unit() -> None:
    assert section(page("types"), "Kettle").splitlines() == [
        "",
        "A vessel.",
        "",
        "Payload of `kettle.filled`, `kettle.hot`.",
        "",
        "| Field | Type | Presence | Unit | Description |",
        "| --- | --- | --- | --- | --- |",
        "| `id` | string | required |  | The id. |",
        "| `state` | [`State`](#state) | required |  | The state. |",
        "| `filled_at` | integer (Unix time) | optional, nullable | seconds | The filled_at. |",
        "| `parts` | list of [`Part`](#part) | optional |  | The parts. |",
        "| `serial` | string | optional |  | The serial. |",
        "| `label` | string | optional |  | The label. |",
        "",
        "The official document, and what was seen:",
        "",
        "- The document also requires `label`.",
        "- `parts`: the document says at most 4 items (evidence: five parts once; none at all).",
        "- `serial`: the document does not know it.",
        "- `label`: absent in spring.",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("KettleDelta", "Adds to a [`Kettle`](#kettle)."),
        ("KettleDelta", "| `text` | string | optional | concatenate | The text. |"),
        ("State", "One of `cold`, `hot`; open, so others may come."),
        ("State", "The document lists: `cold`."),
        ("Part", "Told apart by `kind`; closed."),
        ("Part", '| `"spout"` | [`Spout`](#spout) | It pours. |'),
        ("Choice", "Either [`State`](#state) or [`Spout`](#spout)."),
        ("Marks", "A name for: map of string."),
    ],
)
def test_a_type_says_what_it_is(name: str, says: str) -> None:
    assert says in section(page("types"), name).splitlines()


@pytest.mark.parametrize(
    ("keywords", "says"),
    [
        ({"type": "string"}, "string, never null"),
        ({"type": ["string", "null"]}, "string or null"),
        (
            {"type": "integer", "minimum": 2, "maximum": 9},
            "integer, at least 2, at most 9, never null",
        ),
        ({"maxItems": 1, "minLength": 2}, "at most 1 item, at least 2 characters"),
        ({"anyOf": [{"$ref": "State"}, {"type": "null"}]}, "[`State`](#state) or null"),
        ({"enum": ["a", "b"]}, "one of `a`, `b`"),
        ({"const": "a"}, '`"a"`'),
        ({"additionalProperties": {"type": "string"}}, "members: string"),
        ({"items": {"$ref": "Part"}}, "items: [`Part`](#part)"),
        ({"format": "uri"}, "format URI"),
    ],
)
def test_a_deviation_of_the_document_is_said_in_words(keywords: dict[str, Any], says: str) -> None:
    spout = ObjectType(
        "Spout",
        "part",
        "It pours.",
        HERE,
        (KIND, member("size", TEXT, nullable=True, documented=Documented(keywords=keywords))),
    )
    text = page("types", dataclasses.replace(SPEC, types={**SPEC.types, "Spout": spout}))
    assert f"- `size`: the document says {says}." in section(text, "Spout").splitlines()


def test_a_diagram_tells_edges_that_the_document_does_not_state() -> None:
    diagram = page("lifecycle").split("```mermaid\n")[1].split("\n```")[0]
    assert diagram.splitlines() == [
        "stateDiagram-v2",
        '    state "end" as State2',
        "    [*] --> cold",
        "    cold --> State2 : kettle.hot",
        "    State2 --> hot : no event (inferred)",
        "    hot --> [*]",
    ]


def test_the_order_of_a_stream_is_a_grammar() -> None:
    grammar = page("lifecycle").split("```text\n")[1].split("\n```")[0]
    assert grammar.splitlines() == [
        "<fill> = kettle.filled",
        "         <news>*",
        "         over",
        "",
        "<news> = kettle.delta+",
        "       | kettle.hot?",
    ]


def test_a_protocol_without_life_cycles_has_a_short_page() -> None:
    bare = dataclasses.replace(SPEC, lifecycles=(), streams=(), parts={})
    text = page("lifecycle", bare)
    assert "##" not in text
    assert "No life cycle and no order" in text


# --- the layout of the type reference -------------------------------------------------------------


def long_spec() -> Spec:
    """As many types as make one page too long, in two files; every one refers to the next."""
    names = [f"Thing{number}" for number in range(120)]
    types = {
        name: ObjectType(
            name, f"file{n % 2}", "A thing.", HERE, (member("next", Ref(names[(n + 1) % 120])),)
        )
        for n, name in enumerate(names)
    }
    return dataclasses.replace(SPEC, types={**types, **SPEC.types})


def test_a_long_reference_becomes_one_page_for_each_file_and_an_index() -> None:
    paths = [path for path in plan(long_spec()) if "types" in path]
    assert paths == [
        "docs/types.md",
        "docs/types/file0.md",
        "docs/types/file1.md",
        "docs/types/kettle.md",
        "docs/types/part.md",
    ]


@pytest.mark.parametrize("spec", [SPEC, long_spec()], ids=["one page", "a page for each file"])
def test_every_link_leads_to_a_heading(spec: Spec) -> None:
    pages = plan(spec)
    anchors = {path: heading_anchors(text) for path, text in pages.items()}
    links = 0
    for path, text in pages.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            file, _, anchor = target.partition("#")
            there = resolve(path, file) if file else path
            assert there in pages, (path, target)
            assert not anchor or anchor in anchors[there], (path, target)
            links += 1
    assert links > 10


def resolve(path: str, relative: str) -> str:
    parts = path.split("/")[:-1]
    for part in relative.split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def heading_anchors(text: str) -> set[str]:
    slugs = Slugs()
    return {slugs.add(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def named_like_a_file(name: str, file: str) -> ObjectType:
    return ObjectType(name, file, "A thing.", HERE, (member("next", Ref(name)),))


def test_a_type_named_like_the_heading_of_its_file_is_linked_all_the_same() -> None:
    short, long = SPEC, long_spec()
    on_one_page = dataclasses.replace(
        short, types={**short.types, "Kettleyaml": named_like_a_file("Kettleyaml", "kettle")}
    )
    on_its_own = dataclasses.replace(
        long, types={**long.types, "File0yaml": named_like_a_file("File0yaml", "file0")}
    )
    assert "[`Kettleyaml`](#kettleyaml-1)" in page("types", on_one_page)
    assert "[`File0yaml`](#file0yaml)" in page("types/file0", on_its_own)


def test_headings_of_one_spelling_get_anchors_of_their_own() -> None:
    slugs = Slugs()
    assert [slugs.add(heading) for heading in ("Run", "run", "run.yaml", "A b_c-d!")] == [
        "run",
        "run-1",
        "runyaml",
        "a-b_c-d",
    ]


# --- hostile text ---------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script> | a | b `code` ``` [x](javascript:alert(1)) ![i](u) --> "
    "{{ 7*7 }} {% raw %} %%{init: {}}%% <!-- \\| \n\n# Heading\n- item\n```\n| c |\n &lt; end_"
)


def hostile_spec() -> Spec:
    """A spec in which every text that no rule restricts is hostile."""
    bad_field = dataclasses.replace(
        member("size", TEXT, unit=HOSTILE, documented=Documented(keywords={"const": HOSTILE})),
        description=HOSTILE,
        wire_name=HOSTILE,
        evidence=(HOSTILE,),
    )
    return dataclasses.replace(
        SPEC,
        protocol=HOSTILE,
        title=HOSTILE,
        description=HOSTILE,
        source=Source(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        selector=HOSTILE,
        end=EndEvent(HOSTILE, HOSTILE),
        error=ErrorShape(HOSTILE, HOSTILE, HOSTILE),
        events=tuple(
            dataclasses.replace(event, name=HOSTILE + event.name, when=HOSTILE, status=HOSTILE)
            for event in SPEC.events
        ),
        types={
            **SPEC.types,
            "State": EnumType("State", "kettle", HOSTILE, HERE, (HOSTILE,), open=True),
            "Fault": ObjectType("Fault", "part", HOSTILE, HERE, (bad_field,), evidence=(HOSTILE,)),
        },
        lifecycles=(
            LifeCycle(
                HOSTILE,
                "Kettle",
                HOSTILE,
                HOSTILE,
                (HOSTILE,),
                (Edge(HOSTILE, HOSTILE, HOSTILE, "seen", HOSTILE),),
            ),
        ),
        streams=(StreamOrder(HOSTILE, HOSTILE, "seen", (OrderItem("event", HOSTILE),)),),
        parts={"p": Part(HOSTILE, "seen", one_of=(OrderItem("part", HOSTILE),))},
    )


def tokens(text: str) -> list[tuple[str, str]]:
    """The block structure of a page, and what stands inline: kinds and tags, without the text."""
    found: list[tuple[str, str]] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found.append((token.type, token.tag))
        found += [(child.type, child.tag) for child in token.children or []]
    return found


def test_hostile_text_changes_nothing_in_the_structure_of_the_pages() -> None:
    benign, hostile = plan(SPEC), plan(hostile_spec())
    assert hostile.keys() == benign.keys()
    for path, text in hostile.items():
        kinds = tokens(text)
        assert [kind for kind, _ in kinds if kind in ("html_block", "image", "s_open")] == [
            "html_block"
        ], path  # the header
        assert ("hr", "hr") not in kinds
        for line in text.splitlines():
            if line.startswith("|"):
                assert len(re.findall(r"(?<!\\)\|", line)) in range(3, 9), line


def test_only_our_own_tags_reach_a_page() -> None:
    for path, text in plan(hostile_spec()).items():
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert re.findall(r"<(?!/?code>)[^ ]*", re.sub(r"`[^`\n]*`", "", prose)) == ["<!--"], path


def test_hostile_text_opens_and_closes_no_fence() -> None:
    text = page("lifecycle", hostile_spec())
    fences = [line for line in text.splitlines() if re.match(r" {0,3}```", line)]
    assert fences == ["```mermaid", "```", "```text", "```"]


def test_no_directive_reaches_a_diagram() -> None:
    diagram = page("lifecycle", hostile_spec()).split("```mermaid\n")[1].split("\n```")[0]
    assert not re.search(r"[%{}<`]", diagram)
    assert len(diagram.splitlines()) == 5


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for text in plan(hostile_spec()).values():
        for block in text.split("\n\n"):
            if block.startswith("|"):
                assert len({line.count("|") for line in block.splitlines()}) == 1, block


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words, thread_id and 5 > 4", "plain words, thread_id and 5 &gt; 4"),
        ("a|b", "a&#124;b"),
        ("*y* _z_ [l](u) ~s~", r"\*y\* \_z\_ \[l\](u) \~s\~"),
        ("see `id`: `a|b`", "see `id`: <code>a&#124;b</code>"),
        ("a ` b ``c`` ``` `", r"a \` b \`\`c\`\` \`\`\` \`"),
        ("<b>", "&lt;b&gt;"),
        ("&lt; R&D", "&amp;lt; R&D"),
        ("a\r\n\tb\x00\u202e\u2028c\ud800", "a b c"),
        ("naïve – 日本", "naïve – 日本"),
        ("# no heading", r"\# no heading"),
        ("- no item", r"\- no item"),
        ("1. no item", r"1\. no item"),
        ("--- ", r"\---"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_prose_is_escaped(text: str, written: str) -> None:
    assert escape(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("thread_id", "`thread_id`"),
        ('{"a": [1]}', '`{"a": [1]}`'),
        ("a`b", "<code>a&#96;b</code>"),
        ("é`", "<code>é&#96;</code>"),
        ("a|b\n<", "<code>a&#124;b &#60;</code>"),
    ],
)
def test_code_is_written_so_that_it_stays_code(text: str, written: str) -> None:
    assert code(text) == written


def test_a_label_holds_nothing_that_a_diagram_knows() -> None:
    assert diagram_label('a.b_c: "d"; %%{') == "a.b_c#58; #34;d#34;#59; #37;#37;#123;"


def test_the_same_spec_gives_the_same_text() -> None:
    assert plan(SPEC) == plan(dataclasses.replace(SPEC, types=dict(SPEC.types)))


@pytest.mark.parametrize("spec", [SPEC, long_spec(), hostile_spec()])
def test_a_page_begins_with_how_it_is_made_again_and_ends_with_one_line_end(spec: Spec) -> None:
    for text in plan(spec).values():
        head, _, rest = text.partition("\n")
        assert head.startswith("<!-- Generated by threadwire from ")
        assert head.endswith("do not edit. Change schema/ and run: threadwire generate -->")
        assert rest.endswith("\n")
        assert not rest.endswith("\n\n")
        assert "\n\n\n" not in rest
