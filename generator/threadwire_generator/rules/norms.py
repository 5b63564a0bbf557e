"""Rules about `rules.yaml`: the sentences that implementations are held to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadwire_generator.findings import show
from threadwire_generator.rules.view import Problem, View

_ID = re.compile(r"[a-z][a-z0-9-]*/[a-z0-9][a-z0-9-]*")


def rule_id_bad(view: View) -> Iterator[Problem]:
    """Ids that are not a topic and words."""
    for rule in view.spec.rules.values():
        if not _ID.fullmatch(rule.id):
            message = f"{show(rule.id)} is no id of a rule"
            yield Problem(rule.mark, message, "write `topic/words`: lower-case words with hyphens")


def rule_text_form(view: View) -> Iterator[Problem]:
    """Texts that are blank or no sentences."""
    for rule in view.spec.rules.values():
        if not rule.text.endswith("."):
            message = f"the text of {show(rule.id)} does not end with a full stop"
            yield Problem(rule.mark, message, "say in a sentence what an implementation does")
        if not rule.source.strip():
            message = f"{show(rule.id)} does not say where it comes from"
            yield Problem(rule.mark, message, "name a clause, a document or what was seen")
        if rule.excluded is not None and not rule.excluded.strip():
            message = f"{show(rule.id)} is excluded and does not say why"
            yield Problem(rule.mark, message, "say why no case can test it, or remove `excluded`")
