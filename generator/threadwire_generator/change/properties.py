"""Edits of single properties: what the document says of them now, and what it no longer has."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from threadwire_generator.change.align import SHAPE, Site, documented_view, split_null
from threadwire_generator.change.contract import Member
from threadwire_generator.change.keywords import is_list, is_mapping
from threadwire_generator.change.ledger import Item, Ledger
from threadwire_generator.change.model import Body, Where
from threadwire_generator.change.reshape import UNTOLD_UNITS, Reshaper, unit_of
from threadwire_generator.change.yaml_text import in_flow
from threadwire_generator.load import Steps
from threadwire_generator.rules.fields import contradicts


@dataclass(slots=True)
class Properties:
    """Edits the properties of one type; `tags` are the members that tell variants apart."""

    ledger: Ledger
    reshaper: Reshaper
    until: str
    tags: Set[tuple[str, str]]

    def align(self, owner: str, member: Member, body: Body, where: Where, site: Site) -> None:
        """Bring a property in step with what the document has for it."""
        steps: Steps = (owner, "properties", member.name)
        path = f"{owner}.{member.name}"
        view = documented_view(body)
        here = site.to("properties", member.name)
        is_back = body.get("documented") is False
        if self.reshaper.aligner.fits(view, member.schema, here) and not is_back:
            return
        if "const" in body and (owner, member.name) in self.tags:
            text = "the document has another value for what tells its object from others"
            self.ledger.questions.append(Item(path, text))
            return
        shaped = self.reshaper.property(body, member.schema, where.member(member.name), here)
        for loss in shaped.losses:
            self.ledger.questions.append(Item(path, loss))
        if shaped.same_as(body):
            return
        unit = self._unit(path, body, shaped.wire)
        self._wire(steps, body, shaped.wire, unit)
        self.ledger.documented(steps, body, shaped.documented or None)
        after = {**shaped.wire, "documented": shaped.documented}
        was, is_now = split_null(view), split_null(documented_view(after))
        if is_back:
            self._edited(path, "the document knows it now")
        else:
            self._edited(path, _difference(view, documented_view(after)))
            if contradicts(after) and was != is_now:
                words = _words(*was, *is_now)
                self.ledger.evidence(steps, body, f"{words} {self.until}")
                if body.get("evidence"):
                    text = f"the document says {_told(documented_view(after))}; evidence: "
                    self.ledger.conflicts.append(Item(path, text + "; ".join(body["evidence"])))

    def _edited(self, path: str, text: str) -> None:
        self.ledger.edited.append(Item(path, text))

    def _unit(self, path: str, body: Body, wire: Body) -> str | None:
        unit = unit_of(body, wire)
        had = body.get("unit")
        is_time = wire.get("format") == "unixtime"
        if is_time and had is not None and had not in UNTOLD_UNITS:
            text = f"the document says that it is a point in time, the spec that it counts {had}"
            self.ledger.questions.append(Item(path, text))
        return unit

    def _wire(self, steps: Steps, body: Body, wire: Body, unit: str | None) -> None:
        """Replace the keywords that say what the value is."""
        old = [key for key in SHAPE if key in body]
        last = old[-1] if old else None
        for key in SHAPE:
            if key in wire and body.get(key) != wire[key]:
                self.ledger.put((*steps, key), wire[key], after=last)
                last = key
        for key in old:
            if key not in wire:
                self.ledger.drop((*steps, key))
        had = body.get("unit")
        if unit is None and had is not None:
            self.ledger.drop((*steps, "unit"))
        elif unit is not None and had is None:
            self.ledger.put((*steps, "unit"), unit, after=last)

    # --- what the document no longer has ----------------------------------------------------------

    def gone(self, owner: str, name: str, body: Body) -> bool:
        """Mark a property that is no longer in the document; false if that cannot be."""
        steps: Steps = (owner, "properties", name)
        path = f"{owner}.{name}"
        if "const" in body:
            if (owner, name) in self.tags:
                self.ledger.questions.append(
                    Item(path, "no longer in the document, but it is a tag")
                )
                return False
            self.ledger.put((*steps, "type"), "string", after="const")
            self.ledger.drop((*steps, "const"))
        self.ledger.documented(steps, body, False)
        self.ledger.evidence(steps, body, self.until)
        self._edited(path, "no longer in the document")
        return True


# --- words ----------------------------------------------------------------------------------------


def _words(was: Body, was_null: bool, is_now: Body, is_null: bool) -> str:
    """What was, as far as it is no more."""
    return "null" if was_null and not is_null and was == is_now else _told(was)


def _told(view: Body) -> str:
    """A view of a property in a few words."""
    core, null = split_null(view)
    return f"{_noun(core)} or null" if null else _noun(core)


def _noun(core: Body) -> str:
    if core.get("type") == "array":
        return f"a list of {_told(core.get('items', {}))}"
    if core.get("type") == "object":
        values = core.get("additionalProperties")
        return f"a map of {_told(values if is_mapping(values) else {})}"
    if "anyOf" in core:
        return " or ".join(map(_told, core["anyOf"]))
    told = core.get("$ref") or core.get("const") or core.get("type") or "any value"
    return " or ".join(told) if is_list(told) else str(told)


def _difference(old: Body, new: Body) -> str:
    """What differs between two views, for a person."""
    was, is_now = _told(old), _told(new)
    if was != is_now:
        return f"{is_now} in the document, which was {was}"
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    said = ", ".join(f"{key} {in_flow(new[key]) if key in new else 'gone'}" for key in keys)
    return said or "as the document has it"
