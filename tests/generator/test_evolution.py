"""A changed spec regenerates into a package that knows the change, in the files that it concerns.

Each change is made the way a person makes it: a few lines more in one YAML file.
"""

from __future__ import annotations

import functools
import json
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packages import ASSISTANTS, imported, python_plan
from threadwire_generator.build import read_spec_files
from threadwire_generator.findings import format_finding
from threadwire_generator.plan import plan_all
from threadwire_generator.spec import Spec

PACKAGE = "python/assistant_events"
BUNDLES = {"jsonschema/documented.schema.json", "jsonschema/wire.schema.json"}

MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "object": "thread.message",
    "thread_id": "thread_1",
    "run_id": None,
    "assistant_id": None,
    "role": "user",
    "status": "completed",
    "incomplete_details": None,
    "created_at": 1,
    "completed_at": 2,
    "incomplete_at": None,
    "content": [],
    "metadata": {},
}
THREAD: dict[str, Any] = {
    "id": "thread_1",
    "object": "thread",
    "created_at": 1,
    "metadata": None,
    "tool_resources": None,
}


def block(event: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


class Change(NamedTuple):
    """An edit of the spec, a stream that shows it, and the files that it may touch."""

    file: str
    edit: Callable[[str], str]
    stream: bytes
    before: Callable[[Any, Any], bool]  # package, event: what the old package makes of it
    after: Callable[[Any, Any], bool]
    changed: frozenset[str]


def indented(text: str, depth: int) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), " " * depth)


def instead(old: str, new: str) -> Callable[[str], str]:
    def edit(yaml: str) -> str:
        assert yaml.count(old) == 1, old
        return yaml.replace(old, new)

    return edit


def new_event(yaml: str) -> str:
    return yaml + indented(
        """
        thread.archived:
          class: ThreadArchived
          payload: Thread
          when: The thread was put away.
        """,
        2,
    )


def new_field(yaml: str) -> str:
    field = "    mood: {type: string, description: How the conversation goes.}\n"
    head, separator, tail = yaml.partition("\nThread:\n")
    before, properties, rest = tail.partition("  properties:\n")
    assert separator
    assert properties
    return head + separator + before + properties + field + rest


def new_variant(yaml: str) -> str:
    wider = instead("{$ref: RefusalContent}]", "{$ref: RefusalContent}, {$ref: SongContent}]")(yaml)
    return wider + textwrap.dedent("""
        SongContent:
          description: Something that is sung.
          required: [type, notes]
          properties:
            type: {const: song, description: Tells this part from others.}
            notes: {type: array, items: {type: string}, description: The notes of the song.}
        """)


SONG = MESSAGE | {"content": [{"type": "song", "notes": ["c", "d"]}]}

CHANGES = {
    "a 26th event": Change(
        file="protocol.yaml",
        edit=new_event,
        stream=block("thread.archived", THREAD),
        before=lambda package, event: type(event) is package.UnknownEvent,
        after=lambda package, event: (
            type(event) is package.ThreadArchived and type(event.data) is package.Thread
        ),
        changed=frozenset({f"{PACKAGE}/events.py", "docs/events.md", "docs/types/thread.md"})
        | BUNDLES,
    ),
    "a new field": Change(
        file="thread.yaml",
        edit=new_field,
        stream=block("thread.created", THREAD | {"mood": "calm"}),
        before=lambda _, event: event.data.model_extra == {"mood": "calm"},
        after=lambda _, event: event.data.mood == "calm" and not event.data.model_extra,
        changed=frozenset({f"{PACKAGE}/models/thread.py", "docs/types/thread.md"}) | BUNDLES,
    ),
    "a new value of an enum": Change(
        file="message.yaml",
        edit=instead("  enum: [assistant, user]\n", "  enum: [assistant, user, choir]\n"),
        stream=block("thread.message.completed", MESSAGE | {"role": "choir"}),
        before=lambda package, event: (
            event.data.role == "choir" and "choir" not in known_values(package.MessageRole)
        ),
        after=lambda package, event: (
            event.data.role == "choir" and "choir" in known_values(package.MessageRole)
        ),
        changed=frozenset({f"{PACKAGE}/models/message.py", "docs/types/message.md"}) | BUNDLES,
    ),
    "a new variant of a union": Change(
        file="message.yaml",
        edit=new_variant,
        stream=block("thread.message.completed", SONG),
        before=lambda package, event: (
            type(event.data.content[0]) is package.UnknownMessageContent
        ),
        after=lambda package, event: (
            type(event.data.content[0]) is package.SongContent
            and event.data.content[0].notes == ["c", "d"]
        ),
        changed=frozenset(
            {
                f"{PACKAGE}/models/message.py",
                f"{PACKAGE}/models/__init__.py",
                "docs/types.md",
                "docs/types/message.md",
            }
        )
        | BUNDLES,
    ),
}


def known_values(alias: Any) -> set[Any]:
    """The values that an open enum's annotation names."""
    return {
        value for branch in alias.__origin__.__args__ for value in getattr(branch, "__args__", ())
    }


def spec_of(edits: Mapping[str, Callable[[str], str]]) -> Spec:
    """The assistants' spec with these edits, which may leave warnings but no errors."""
    files = {path.name: path.read_text(encoding="utf-8") for path in ASSISTANTS.glob("*.yaml")}
    for name, edit in edits.items():
        files[name] = edit(files.get(name, ""))
    spec, findings = read_spec_files({name: text.encode() for name, text in files.items()})
    assert spec is not None, [format_finding(finding) for finding in findings]
    return spec


def texts(spec: Spec) -> dict[str, bytes]:
    return {path: output.content for path, output in plan_all(spec).items()}


@pytest.fixture(scope="module")
def original() -> dict[str, bytes]:
    return texts(spec_of({}))


@functools.cache
def regenerated(name: str) -> Mapping[str, bytes]:
    """All files after one of the changes."""
    change = CHANGES[name]
    return texts(spec_of({change.file: change.edit}))


def package_of(plan: Mapping[str, bytes]) -> dict[str, str]:
    return {path: text.decode() for path, text in plan.items() if path.startswith(PACKAGE)}


EACH = pytest.mark.parametrize("name", CHANGES)


@EACH
def test_the_regenerated_package_decodes_what_is_new_with_its_type(
    name: str, original: Mapping[str, bytes], tmp_path: Path
) -> None:
    change = CHANGES[name]
    versions = [(original, change.before, "old"), (regenerated(name), change.after, "new")]
    for plan, expected, version in versions:
        with imported(package_of(plan), tmp_path / version) as package:
            (event,) = package.decode(change.stream, errors="keep", require_done=False)
            assert expected(package, event), (version, event)
            (again,) = package.decode(package.encode(event), require_done=False)
            assert package.data_text(again) == package.data_text(event)


@EACH
def test_only_the_files_change_that_the_change_is_about(
    name: str, original: Mapping[str, bytes]
) -> None:
    changed = regenerated(name)
    assert set(changed) == set(original)
    assert {path for path in original if changed[path] != original[path]} == CHANGES[name].changed


def test_better_words_change_the_words_and_no_code(original: Mapping[str, bytes]) -> None:
    edit = instead(
        "description: Identifier of the thread.}", "description: What names the thread.}"
    )
    changed = texts(spec_of({"thread.yaml": edit}))
    different = {path for path in original if changed[path] != original[path]}
    assert different == {f"{PACKAGE}/models/thread.py", "docs/types/thread.md"} | BUNDLES
    module = f"{PACKAGE}/models/thread.py"
    lines = zip(original[module].split(b"\n"), changed[module].split(b"\n"), strict=True)
    assert [(old, new) for old, new in lines if old != new] == [
        (b'    """Identifier of the thread."""', b'    """What names the thread."""')
    ]


def test_a_new_file_of_types_becomes_a_new_module(original: Mapping[str, bytes]) -> None:
    changed = texts(
        spec_of(
            {
                "mood.yaml": lambda _: "Mood: {description: A way., enum: [calm], open: true}\n",
                "thread.yaml": lambda yaml: new_field(yaml).replace(
                    "{type: string, description: How the", "{$ref: Mood, description: How the"
                ),
            }
        )
    )
    assert set(changed) - set(original) == {
        f"{PACKAGE}/models/mood.py",
        "docs/types/mood.md",
    }
    different = {path for path in original if changed[path] != original[path]}
    assert (
        different
        == {
            f"{PACKAGE}/models/thread.py",
            f"{PACKAGE}/models/__init__.py",
            "docs/types.md",
            "docs/types/thread.md",
        }
        | BUNDLES
    )


def test_a_comment_in_the_yaml_changes_nothing(original: Mapping[str, bytes]) -> None:
    assert texts(spec_of({"message.yaml": lambda yaml: yaml + "# To be continued.\n"})) == original


def test_the_edits_of_all_changes_fit_together(tmp_path: Path) -> None:
    edits: dict[str, Callable[[str], str]] = {}
    for change in CHANGES.values():
        edits[change.file] = chained(edits.get(change.file), change.edit)
    with imported(python_plan(spec_of(edits)), tmp_path) as package:
        for name, change in CHANGES.items():
            (event,) = package.decode(change.stream, require_done=False)
            assert change.after(package, event), name


def chained(
    first: Callable[[str], str] | None, second: Callable[[str], str]
) -> Callable[[str], str]:
    return second if first is None else lambda yaml: second(first(yaml))
