"""Rules of sense: what a protocol must be beyond having the right shape.

`RULES` is the whole list.  Each rule has an id that can be searched for, a level, one sentence that
says what it is for, and a function from a `View` to problems.  An error stops everything that
follows; a warning does not.  A rule never raises, whatever other rules the spec breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from threadwire_generator.findings import Finding, Level, finding_at, sorted_findings
from threadwire_generator.load import Document
from threadwire_generator.rules import events, fields, lifecycle, names, norms, types
from threadwire_generator.rules.view import Problem, View
from threadwire_generator.shape import kind_of
from threadwire_generator.spec import Spec


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: `check` finds where it is broken."""

    id: str
    level: Level
    purpose: str
    check: Callable[[View], Iterable[Problem]]


RULES: tuple[Rule, ...] = (
    # --- names ------------------------------------------------------------------------------------
    Rule("bad-type-name", "error", "A type becomes a class.", names.bad_type_name),
    Rule(
        "event-class-not-identifier",
        "error",
        "An event becomes a class.",
        names.event_class_not_identifier,
    ),
    Rule("name-collision", "error", "A class or module has one meaning.", names.name_collision),
    Rule("bad-field-name", "error", "A member becomes an attribute.", names.bad_field_name),
    Rule(
        "field-name-collision",
        "error",
        "Two members become two attributes.",
        names.field_name_collision,
    ),
    Rule("name-needless", "warning", "Code says what the wire says.", names.name_needless),
    Rule("package-name-bad", "error", "The package can be imported.", names.package_name_bad),
    Rule("protocol-name-bad", "error", "The name can be part of a path.", names.protocol_name_bad),
    Rule("file-name-bad", "error", "A file of types becomes a module.", names.file_name_bad),
    # --- types ------------------------------------------------------------------------------------
    Rule("unresolved-reference", "error", "A name leads somewhere.", types.unresolved_reference),
    Rule("unused-type", "warning", "A type is there for an event.", types.unused_type),
    Rule("reference-loop", "error", "A value can be finite.", types.reference_loop),
    Rule("file-loop", "error", "Modules import each other one way.", types.file_loop),
    Rule("open-missing", "error", "What becomes of unknown values is stated.", types.open_missing),
    Rule("empty-enum", "error", "An enum has values.", types.empty_enum),
    Rule("enum-value-twice", "error", "A value is listed once.", types.enum_value_twice),
    Rule(
        "union-variant-no-object",
        "error",
        "The variants of a tagged union are objects.",
        types.union_variant_no_object,
    ),
    Rule("union-tag-missing", "error", "Each variant carries its tag.", types.union_tag_missing),
    Rule(
        "union-tag-name-bad",
        "error",
        "The tag is an attribute of the unknown variant.",
        types.union_tag_name_bad,
    ),
    Rule("union-tag-twice", "error", "A tag means one variant.", types.union_tag_twice),
    Rule(
        "mixed-same-json-type",
        "error",
        "The JSON type tells the members of a mixed union apart.",
        types.mixed_same_json_type,
    ),
    Rule("description-missing", "error", "Everything is explained.", types.description_missing),
    Rule("description-form", "warning", "Texts read alike.", types.description_form),
    Rule("todo", "warning", "What a document does not say, a person does.", types.todo),
    # --- fields -----------------------------------------------------------------------------------
    Rule("required-undeclared", "error", "What is required exists.", fields.required_undeclared),
    Rule(
        "documented-required-undeclared",
        "error",
        "What the document requires exists.",
        fields.documented_required_undeclared,
    ),
    Rule("required-twice", "error", "A member is required once.", fields.required_twice),
    Rule("optional-const", "error", "A constant can be relied on.", fields.optional_const),
    Rule("unit-missing", "error", "A number says what it counts.", fields.unit_missing),
    Rule("unit-needless", "error", "Only a number has a unit.", fields.unit_needless),
    Rule("format-misfit", "error", "A format fits its type.", fields.format_misfit),
    Rule("delta-of-misfit", "error", "A delta adds to a payload.", fields.delta_of_misfit),
    Rule("merge-missing", "error", "A delta says how to add it.", fields.merge_missing),
    Rule("merge-misfit", "error", "The values can merge that way.", fields.merge_misfit),
    Rule("merge-needless", "warning", "Only deltas merge.", fields.merge_needless),
    Rule("documented-same", "warning", "Only differences are noted.", fields.documented_same),
    Rule("evidence-missing", "error", "Who contradicts has evidence.", fields.evidence_missing),
    # --- the protocol -----------------------------------------------------------------------------
    Rule("event-name-bad", "error", "A frame can carry the name.", events.event_name_bad),
    Rule("event-without-payload", "error", "An event has data.", events.event_without_payload),
    Rule("end-event-with-payload", "error", "The end has no data.", events.end_event_with_payload),
    Rule("end-event-not-ending", "error", "The end says that it is.", events.end_event_not_ending),
    Rule(
        "end-or-error-event-unknown",
        "error",
        "The events with a role exist.",
        events.end_or_error_event_unknown,
    ),
    Rule("error-text-misfit", "error", "Plain text has a place.", events.error_text_misfit),
    Rule("payload-no-object", "error", "A payload is an object.", events.payload_no_object),
    Rule(
        "selector-member-missing",
        "error",
        "Each payload has the member that names its event.",
        events.selector_member_missing,
    ),
    Rule(
        "selector-value-wrong",
        "error",
        "That member can have the event's name.",
        events.selector_value_wrong,
    ),
    Rule("status-unknown", "error", "A payload can have the status.", events.status_unknown),
    Rule("source-malformed", "error", "The document can be found again.", events.source_malformed),
    # --- life cycle and order ---------------------------------------------------------------------
    Rule("state-member-misfit", "error", "States are an enum.", lifecycle.state_member_misfit),
    Rule("state-unknown", "error", "A state is one of the enum.", lifecycle.state_unknown),
    Rule("state-unreachable", "error", "Each state is reached.", lifecycle.state_unreachable),
    Rule("state-dead-end", "error", "What ends is called terminal.", lifecycle.state_dead_end),
    Rule("terminal-edge", "error", "What is terminal ends.", lifecycle.terminal_edge),
    Rule("edge-event-misfit", "error", "An event tells of its edge.", lifecycle.edge_event_misfit),
    Rule("edge-twice", "error", "An edge is listed once.", lifecycle.edge_twice),
    Rule("basis-missing", "error", "It is said how it is known.", lifecycle.basis_missing),
    Rule(
        "lifecycle-event-unknown",
        "error",
        "The events and parts of an order exist.",
        lifecycle.lifecycle_event_unknown,
    ),
    Rule("lifecycle-name-bad", "error", "A name is part of an id.", lifecycle.lifecycle_name_bad),
    Rule("part-loop", "error", "An order can be written out.", lifecycle.part_loop),
    Rule("part-unused", "warning", "A part is there for a stream.", lifecycle.part_unused),
    Rule("part-name-taken", "error", "A name means one thing.", lifecycle.part_name_taken),
    Rule("event-unordered", "warning", "Each event has a place.", lifecycle.event_unordered),
    # --- what implementations are held to ---------------------------------------------------------
    Rule("rule-id-bad", "error", "A rule can be named.", norms.rule_id_bad),
    Rule("rule-text-form", "error", "A rule is a sentence with a source.", norms.rule_text_form),
)


def lint(spec: Spec, documents: Iterable[Document]) -> list[Finding]:
    """What breaks a rule in a spec; the documents are those it was built from."""
    view = _view(spec, list(documents))
    return sorted_findings(
        finding_at(problem.mark, rule.id, problem.message, problem.cure, rule.level)
        for rule in RULES
        for problem in rule.check(view)
    )


def _view(spec: Spec, documents: list[Document]) -> View:
    by_name = {document.name: document for document in documents}
    return View(
        spec=spec,
        protocol=by_name["protocol.yaml"],
        lifecycle=by_name.get("lifecycle.yaml"),
        type_documents=tuple(d for d in documents if kind_of(d.name) == "types"),
    )
