"""Reports: one run, told in one of several forms.  This is the table of them.

A form is a function of a `Report`; it reads no clock and no file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..results import Report
from . import badge, json, junit, markdown, text


class Form(NamedTuple):
    """A row: what makes the report, and what it is for."""

    render: Callable[[Report], str]
    help: str


FORMATS: dict[str, Form] = {
    "text": Form(text.render, "for a person: failures with the bytes that show them"),
    "json": Form(json.render, "for programs; data/report.schema.json describes it"),
    "junit": Form(junit.render, "for what reads JUnit XML"),
    "markdown": Form(markdown.render, "a table, for a page or a job summary"),
    "badge": Form(badge.render, "a shields.io endpoint document"),
}
