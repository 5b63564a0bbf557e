"""Shapes the payload types for the pages of the type reference."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from threadwire_generator.spec import (
    AliasType,
    EnumType,
    Field,
    MixedType,
    NamedType,
    ObjectType,
    Spec,
    UnionType,
)
from threadwire_generator.targets.docs.markdown import Markdown, Slugs, code, join, link
from threadwire_generator.targets.docs.phrases import keywords_phrase, shape_phrase

INDEX = "docs/types.md"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the reference: the types of one file, or of all of them under its name each."""

    path: str
    title: str
    files: Mapping[str, tuple[str, ...]]  # the names of the types by the file that holds them

    @property
    def shared(self) -> bool:
        """Whether the page is that of all files, so that each has a heading on it."""
        return self.path == INDEX


@dataclass(frozen=True, slots=True)
class Layout:
    """Which page a type stands on, and under which anchor."""

    pages: tuple[Page, ...]
    places: Mapping[str, tuple[str, str]]  # path and anchor by the name of the type

    @classmethod
    def of_one_page(cls, spec: Spec) -> Layout:
        """Put every type on one page."""
        return cls._of((Page(INDEX, _title(spec), _by_file(spec)),))

    @classmethod
    def of_files(cls, spec: Spec) -> Layout:
        """Give every file of the spec a page of its own."""
        return cls._of(
            tuple(
                Page(f"docs/types/{file}.md", f"{_title(spec)} of {file}.yaml", {file: names})
                for file, names in _by_file(spec).items()
            )
        )

    @classmethod
    def _of(cls, pages: tuple[Page, ...]) -> Layout:
        places: dict[str, tuple[str, str]] = {}
        for page in pages:
            slugs = Slugs()
            slugs.add(page.title)
            for file, names in page.files.items():
                if page.shared:
                    slugs.add(_file_heading(file))
                places |= {name: (page.path, slugs.add(name)) for name in names}
        return cls(pages, places)

    def link(self, name: str, page: str) -> Markdown:
        """Return a link to a type as it is written on a page."""
        path, anchor = self.places[name]
        return link(code(name), f"{'' if path == page else _relative(path, page)}#{quote(anchor)}")


def _relative(path: str, page: str) -> str:
    return quote(posixpath.relpath(path, posixpath.dirname(page)))


def _title(spec: Spec) -> str:
    return f"{spec.title}: types"


def _file_heading(file: str) -> str:
    return f"{file}.yaml"


def _by_file(spec: Spec) -> dict[str, tuple[str, ...]]:
    files: dict[str, tuple[str, ...]] = {}
    for name, type_ in spec.types.items():
        files[type_.file] = (*files.get(type_.file, ()), name)
    return files


# --- pages ----------------------------------------------------------------------------------------


def index_page(spec: Spec, layout: Layout) -> dict[str, Any]:
    """Shape the list of the pages and of the types on each."""
    return {
        "heading": _title(spec),
        "pages": [
            {
                "title": link(code(_file_heading(file)), _relative(page.path, INDEX)),
                "rows": [
                    (layout.link(name, INDEX), spec.types[name].description) for name in names
                ],
            }
            for page in layout.pages
            for file, names in page.files.items()
        ],
    }


def types_page(spec: Spec, layout: Layout, page: Page) -> dict[str, Any]:
    """Shape one page of the reference."""
    see = _Writer(spec, layout, page.path)
    return {
        "heading": page.title,
        "index": None if page.shared else link(Markdown("index"), _relative(INDEX, page.path)),
        "level": Markdown("###" if page.shared else "##"),
        "sections": [
            {
                "heading": _file_heading(file) if page.shared else None,
                "types": [see.type(spec.types[name]) for name in names],
            }
            for file, names in page.files.items()
        ],
    }


class _Writer:
    """Shapes types for one page, which knows how its links begin."""

    def __init__(self, spec: Spec, layout: Layout, page: str) -> None:
        self._spec = spec
        self._link: Callable[[str], Markdown] = lambda name: layout.link(name, page)
        self._payload_of: dict[str, list[Markdown]] = {}
        for event in spec.events:
            if event.payload is not None:
                self._payload_of.setdefault(event.payload, []).append(code(event.name))

    def type(self, type_: NamedType) -> dict[str, Any]:
        """Shape one type: its facts as sentences, at most one table, and notes."""
        return {
            "name": type_.name,
            "description": type_.description,
            "facts": [*self._relations(type_), *_FACTS[type(type_)](self, type_)],
            "table": _TABLES[type(type_)](self, type_) if type(type_) in _TABLES else None,
            "notes": self._notes(type_) if isinstance(type_, ObjectType) else [],
        }

    def _relations(self, type_: NamedType) -> list[Markdown]:
        facts: list[Markdown] = []
        if type_.name in self._payload_of:
            facts.append(Markdown(f"Payload of {join(self._payload_of[type_.name])}."))
        if isinstance(type_, ObjectType) and type_.delta_of is not None:
            facts.append(Markdown(f"Adds to a {self._link(type_.delta_of)}."))
        if type_.evidence:
            facts.append(Markdown(f"Evidence: {join(type_.evidence, '; ')}."))
        return facts

    # --- one kind of type each --------------------------------------------------------------------

    def object(self, type_: ObjectType) -> list[Markdown]:
        """Say that there is nothing to list, where there is nothing."""
        return [] if type_.fields else [Markdown("No fields are known.")]

    def enum(self, type_: EnumType) -> list[Markdown]:
        """List the values."""
        values = join(code(value) for value in type_.values)
        facts = [Markdown(f"One of {values}; {_bound(type_)}.")]
        if type_.documented_values is not None:
            listed = join(code(value) for value in type_.documented_values)
            facts.append(Markdown(f"The document lists: {listed}."))
        return facts

    def union(self, type_: UnionType) -> list[Markdown]:
        """Say what tells the variants apart."""
        facts = [Markdown(f"Told apart by {code(type_.tag)}; {_bound(type_)}.")]
        if type_.documented_variants is not None:
            listed = join(map(self._link, type_.documented_variants))
            facts.append(Markdown(f"The document lists: {listed}."))
        return facts

    def mixed(self, type_: MixedType) -> list[Markdown]:
        """List the shapes."""
        shapes = join((shape_phrase(member, self._link) for member in type_.members), " or ")
        return [Markdown(f"Either {shapes}.")]

    def alias(self, type_: AliasType) -> list[Markdown]:
        """Say what the name stands for."""
        return [Markdown(f"A name for: {shape_phrase(type_.shape, self._link)}.")]

    # --- tables -----------------------------------------------------------------------------------

    def variants(self, type_: UnionType) -> dict[str, Any]:
        """Shape the table of a union's variants."""
        rows = [
            (self._tag(name, type_.tag), self._link(name), self._spec.types[name].description)
            for name in type_.variants
        ]
        return {"header": (code(type_.tag), "Type", "Description"), "rows": rows}

    def _tag(self, variant: str, tag: str) -> Markdown:
        type_ = self._spec.types[variant]
        fields = type_.fields if isinstance(type_, ObjectType) else ()
        return join(
            shape_phrase(field.shape, self._link) for field in fields if field.wire_name == tag
        )

    def fields(self, type_: ObjectType) -> dict[str, Any] | None:
        """Shape the table of an object's fields, with the columns that have something to say."""
        columns = {
            title: [cell(self, field) for field in type_.fields] for title, cell in _COLUMNS.items()
        }
        kept = {title: cells for title, cells in columns.items() if any(cells)}
        if not kept:
            return None
        return {"header": tuple(kept), "rows": list(zip(*kept.values(), strict=True))}

    def phrase(self, field: Field) -> Markdown:
        """Say the type of a field."""
        return shape_phrase(field.shape, self._link)

    def _notes(self, type_: ObjectType) -> list[Markdown]:
        notes: list[Markdown] = []
        if type_.documented_required:
            names = join(code(name) for name in type_.documented_required)
            notes.append(Markdown(f"The document also requires {names}."))
        said = ((field, self._note(field)) for field in type_.fields)
        notes += [Markdown(f"{code(field.wire_name)}: {note}.") for field, note in said if note]
        return notes

    def _note(self, field: Field) -> str:
        said = ""
        if field.documented is not None and not field.documented.known:
            said = "the document does not know it"
        elif field.documented is not None and field.documented.keywords:
            phrase = keywords_phrase(field.documented.keywords, self._link)
            never = ", never null" if _forbids_null(field, field.documented.keywords) else ""
            said = f"the document says {phrase}{never}"
        if not field.evidence:
            return said
        evidence = join(field.evidence, "; ")
        return f"{said} (evidence: {evidence})" if said else evidence


def _bound(type_: EnumType | UnionType) -> str:
    return "open, so others may come" if type_.open else "closed"


def _forbids_null(field: Field, keywords: Mapping[str, Any]) -> bool:
    return field.nullable and "type" in keywords and "null" not in keywords["type"]


def _presence(field: Field) -> str:
    required = "required" if field.required else "optional"
    return f"{required}, nullable" if field.nullable else required


_COLUMNS: Mapping[str, Callable[[_Writer, Field], object]] = {
    "Field": lambda _, field: code(field.wire_name),
    "Type": lambda see, field: see.phrase(field),
    "Presence": lambda _, field: _presence(field),
    "Merge": lambda _, field: field.merge or "",
    "Unit": lambda _, field: field.unit or "",
    "Description": lambda _, field: field.description,
}

_FACTS: Mapping[type, Callable[[_Writer, Any], list[Markdown]]] = {
    ObjectType: _Writer.object,
    EnumType: _Writer.enum,
    UnionType: _Writer.union,
    MixedType: _Writer.mixed,
    AliasType: _Writer.alias,
}

_TABLES: Mapping[type, Callable[[_Writer, Any], dict[str, Any] | None]] = {
    ObjectType: _Writer.fields,
    UnionType: _Writer.variants,
}
