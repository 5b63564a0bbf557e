"""What holds of every draft and every import, whatever the schemas: on random ones.

A draft is a spec in order that admits what its document does, or asks.  An import gives a spec in
order that is in step with the new document, or says where it is not; it never refuses a stream that
was good before without saying so; and done again, it does nothing.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.documents import contract, stream
from support.schemas import SCHEMAS, Schema, near
from threadwire_generator.build import read_spec_files
from threadwire_generator.change.compare import compare
from threadwire_generator.change.draft import Draft, drafted
from threadwire_generator.change.import_command import Imported, imported
from threadwire_generator.change.of_spec import contract_of_spec
from threadwire_generator.change.walk import Facts
from threadwire_generator.findings import format_finding
from threadwire_generator.spec import Spec

MANY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
FACTS = Facts(commit="0123abc", date="2026-08-21")


def noted(schema: Schema) -> Schema:
    """A stream of objects with one member of this schema."""
    note = {"type": "object", "properties": {"value": schema, "id": {"type": "string"}}}
    return stream({**note, "required": ["value"]})


def draft_of(schema: Schema) -> tuple[Spec, Draft]:
    made = drafted(contract(noted(schema)))
    spec, findings = read_spec_files({name: text.encode() for name, text in made.files.items()})
    errors = [format_finding(finding) for finding in findings if finding.is_error]
    assert spec is not None, (errors, made.files)
    assert {finding.rule for finding in findings} <= {"todo"}
    return spec, made


def import_into(files: dict[str, bytes], schema: Schema) -> tuple[dict[str, bytes], Imported]:
    spec, _ = read_spec_files(files)
    assert spec is not None
    result = imported(files, spec, contract(noted(schema)), FACTS)
    after = {name: text.encode() for name, text in result.plan.files.items()}
    return files | after, result


@st.composite
def steps(draw: st.DrawFn) -> tuple[Schema, Schema]:
    schema = draw(SCHEMAS)
    other = draw(near(schema) | SCHEMAS)
    return schema, draw(near(other)) if draw(st.booleans()) else other


@MANY
@given(SCHEMAS)
def test_a_draft_admits_what_its_document_does_or_asks(schema: Schema) -> None:
    spec, made = draft_of(schema)
    found = compare(contract_of_spec(spec, "documented"), contract(noted(schema)))
    assert [c.path for c in found.changes] == [] or made.questions, made.files


@MANY
@given(steps())
def test_an_import_ends_in_step_or_says_where_not(step: tuple[Schema, Schema]) -> None:
    old, new = step
    before, made = draft_of(old)
    files, result = import_into({n: t.encode() for n, t in made.files.items()}, new)
    assert [format_finding(finding) for finding in result.errors] == []
    after, _ = read_spec_files(files)
    assert after is not None
    wire = compare(contract_of_spec(before, "wire"), contract_of_spec(after, "wire"))
    refused = [(c.path, c.kind, c.detail) for c in wire.changes if c.server == "BREAKING"]
    assert refused == [] or result.plan.questions
    _, again = import_into(files, new)
    assert again.plan.files == {}
    assert again.plan.edits == ()
    _, back = import_into(files, old)  # the document takes it back
    assert [format_finding(finding) for finding in back.errors] == []
    assert back.left == () or back.plan.questions or made.questions
