"""Edits of YAML: what they are about changes, and not a byte of anything else."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from threadwire_generator.change.yaml_edit import Drop, Edit, EditError, Insert, Put, edit
from threadwire_generator.load import load_document

ASSISTANTS = Path(__file__).parents[3] / "schema" / "assistants"

BEFORE = """\
# Everything that stands here is as a person wrote it.

Report:   # of one hour
  description:   What was   measured.
  required: [id,   status]   # both
  properties:
    # who
    id: {type: string, description: 'Identifier of the report.'}  # never empty

    status:
      $ref: ReportStatus    # where it stands
      description: "How far the report is."
    remarks: {type: string, description: Words of the observer., documented: false}   # free text
    readings:
      type: array
      items: {$ref: Reading}
      evidence:
        - seen in   2026
        # and more
        - seen in 2027

# --- small ones ---

ReportStatus:
  enum: [open,
         closed]  # for good
  open: true
  documented:     # the rest
    enum:
      - open
"""

CASES: dict[str, tuple[tuple[Edit, ...], list[str]]] = {
    "a value": (
        (Put(("Report", "properties", "status", "$ref"), "State"),),
        [
            "-      $ref: ReportStatus    # where it stands",
            "+      $ref: State    # where it stands",
        ],
    ),
    "a value in flow style": (
        (Put(("Report", "properties", "id", "type"), ["string", "null"]),),
        [
            "-    id: {type: string, description: 'Identifier of the report.'}  # never empty",
            (
                "+    id: {type: [string, \"null\"], description: 'Identifier of the report.'}  "
                "# never empty"
            ),
        ],
    ),
    "a new member behind another": (
        (
            Put(
                ("Report", "properties", "name"),
                {"type": "string", "description": "TODO"},
                after="id",
            ),
        ),
        ["+    name: {type: string, description: TODO}"],
    ),
    "a new member behind one of many lines": (
        (Put(("Report", "properties", "name"), {"type": "string"}, after="status"),),
        ["+    name: {type: string}"],
    ),
    "a new member at the end": (
        (Put(("Report", "documented"), {"required": ["remarks"]}),),
        ["+  documented: {required: [remarks]}"],
    ),
    "a new member of a line that becomes too long": (
        (
            Put(
                ("Report", "properties", "remarks", "evidence"),
                ["in the official document until 2026-08-21"],
            ),
        ),
        [
            (
                "-    remarks: {type: string, description: Words of the observer., "
                "documented: false}   # free text"
            ),
            "+    remarks:   # free text",
            "+      type: string",
            "+      description: Words of the observer.",
            "+      documented: false",
            "+      evidence: [in the official document until 2026-08-21]",
        ],
    ),
    "an item of a list": (
        (Insert(("Report", "required"), 1, "readings"),),
        [
            "-  required: [id,   status]   # both",
            "+  required: [id,   readings, status]   # both",
        ],
    ),
    "an item at the end of a list of several lines": (
        (Insert(("ReportStatus", "enum"), 2, "lost"),),
        ["-         closed]  # for good", "+         closed, lost]  # for good"],
    ),
    "an item of a list in block style": (
        (Insert(("Report", "properties", "readings", "evidence"), 2, "seen in 2028"),),
        ["+        - seen in 2028"],
    ),
    "an item that goes": (
        (Drop(("Report", "required", 0)),),
        ["-  required: [id,   status]   # both", "+  required: [status]   # both"],
    ),
    "the last item that goes": (
        (Drop(("Report", "required", 1)),),
        ["-  required: [id,   status]   # both", "+  required: [id]   # both"],
    ),
    "an item of a list in block style that goes": (
        (Drop(("Report", "properties", "readings", "evidence", 0)),),
        ["-        - seen in   2026"],
    ),
    "a member in flow style that goes": (
        (Drop(("Report", "properties", "remarks", "documented")),),
        [
            (
                "-    remarks: {type: string, description: Words of the observer., "
                "documented: false}   # free text"
            ),
            "+    remarks: {type: string, description: Words of the observer.}   # free text",
        ],
    ),
    "members that go leave their comments": (
        (Drop(("ReportStatus", "documented")), Drop(("Report", "properties", "status"))),
        [
            "-    status:",
            "-      $ref: ReportStatus    # where it stands",
            '-      description: "How far the report is."',
            "+    # where it stands",
            "-  documented:     # the rest",
            "-    enum:",
            "-      - open",
            "+  # the rest",
        ],
    ),
    "a new type": (
        (
            Put(
                ("Reading",),
                {"description": "TODO", "enum": ["a", "b"], "open": True},
                after="Report",
            ),
        ),
        ["+", "+Reading:", "+  description: TODO", "+  enum: [a, b]", "+  open: true"],
    ),
}


def changed(before: str, after: str) -> list[str]:
    """The lines that differ; that nothing else does is what a diff says."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("name", CASES)
def test_an_edit_changes_the_lines_that_it_is_about(name: str) -> None:
    edits, lines = CASES[name]
    after = edit(BEFORE, edits)
    assert sorted(changed(BEFORE, after)) == sorted(lines)
    assert after.endswith("\n")
    assert not after.endswith("\n\n")


@pytest.mark.parametrize("name", CASES)
def test_crlf_and_a_byte_order_mark_stay(name: str) -> None:
    edits, _ = CASES[name]
    windows = "\ufeff" + BEFORE.replace("\n", "\r\n")
    assert edit(windows, edits) == "\ufeff" + edit(BEFORE, edits).replace("\n", "\r\n")


def test_edits_are_made_one_after_the_other() -> None:
    edits = (
        Drop(("Report", "required", 0)),
        Insert(("Report", "required"), 1, "remarks"),
        Put(("Report", "documented"), {"required": ["id"]}, after="required"),
        Put(("Report", "documented", "required", 0), "readings"),
    )
    after = edit(BEFORE, edits)
    assert "  required: [status, remarks]   # both\n" in after
    assert "  documented: {required: [readings]}\n" in after


def test_no_edits_are_no_change() -> None:
    assert edit(BEFORE, ()) == BEFORE


@pytest.mark.parametrize("path", sorted(ASSISTANTS.glob("*.yaml")), ids=lambda path: path.name)
def test_every_member_of_a_real_spec_can_be_edited(path: Path) -> None:
    """Each block member and each item gets a neighbour, or goes, and the rest stays to the byte."""
    text = path.read_text(encoding="utf-8")
    document, _ = load_document(text.encode(), path)
    assert document is not None
    lines = text.splitlines()
    members = [steps for steps in document.marks if steps and isinstance(steps[-1], str)]
    for steps in members[:: len(members) // 12 + 1]:  # a sample, spread over the file
        new: Edit = Put((*steps[:-1], "brand_new"), "word", after=str(steps[-1]))
        after = edit(text, (new,)).splitlines()
        same = common(lines, after) + common(lines[::-1], after[::-1])
        assert same >= len(lines) - 1, steps


def common(one: list[str], other: list[str]) -> int:
    """How many lines two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("a:\n  b: c\n", Drop(("a", "b"))),
        ("a:\n  b: c\n", Put(("a", "d", "e"), "f")),
        ("a:\n  b: [c, # why\n      d]\n", Put(("a", "b"), "e")),
        ("a: {b: c}\n", Put(("a", "\u0085"), "b")),
    ],
)
def test_what_cannot_be_edited_says_so(text: str, each: Edit) -> None:
    with pytest.raises(EditError):
        edit(text, (each,))
