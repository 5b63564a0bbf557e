"""`threadwire explain`: what an id means, whatever it is the id of.

A case, a rule, an event, a type of payload, a feature, a verdict, a kind of failure, a finding of
`lint`: one table of places to look, and each that knows the id answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path

import click

from .captures import FINDINGS
from .cuts import cuttings
from .kinds import ERROR_CLASSES, KINDS, LEVELS, VERDICTS
from .resources import ResourceError
from .suite import Case, Expectation, Expected, Suite, SuiteError, load_suite
from .values import is_array, is_object
from .visible import show_chunks

_CASES_SHOWN = 20
_DATA_SHOWN = 2000


@click.command(
    "explain",
    epilog="\b\nExamples:\n  threadwire explain chunking\n  threadwire explain payload/schema",
)
@click.argument("word", metavar="ID")
@click.option("--suite", "folder", type=click.Path(exists=True, path_type=Path), metavar="DIR")
def command(word: str, folder: Path | None) -> int:
    """Tell a case, a rule, an event, a feature, a verdict, a kind of failure, a finding of lint.

    Of a case: its bytes as a person can read them, what is expected and why, how to run only it.
    """
    try:
        suite = load_suite(folder)
    except (SuiteError, ResourceError) as error:
        raise click.ClickException(str(error)) from error
    text = explain(suite, word)
    if text is None:
        raise click.UsageError(f"nothing is called {word!r}{_near(suite, word)}")
    click.echo(text)
    return 0


def explain(suite: Suite, word: str) -> str | None:
    """What an id means, None if nothing has it."""
    texts = [text for look in PLACES.values() if (text := look(suite, word)) is not None]
    return "\n\n".join(texts) or None


# --- cases ----------------------------------------------------------------------------------------


def _case(suite: Suite, word: str) -> str | None:
    case = suite.by_id.get(word)
    if case is None:
        return None
    lines = [
        f"case {case.id} ({case.level}, {case.origin})",
        f"  {case.title}.",
        "",
        f"why: {case.why}",
    ]
    lines += [f"seen: {bug}" for bug in case.seen]
    for rule in case.rules:
        text = suite.rules[rule].text if rule in suite.rules else "not in the suite"
        lines.append(f"rule {rule}: {text}")
    lines += [
        f"needs {feature}: {suite.features.get(feature, '')}" for feature in sorted(case.needs)
    ]
    chunks = case.chunks
    lines += ["", f"stream, {_count(len(chunks), 'chunk')}, {sum(map(len, chunks))} bytes:"]
    lines.append(_indent(show_chunks(chunks, lines=60)))
    lines += ["", f"expected, compared {case.compare}:", *_expectation(case.expect)]
    for allowed in case.accept:
        lines += [f"allowed too, since {allowed.reason}:", *_expectation(allowed)]
    lines += ["", f"run in {_count(len(cuttings(case)), 'cutting')}: {_cuts(case)}"]
    if case.transcript:
        lines.append(f"the bytes: {suite.folder / case.transcript}")
    lines.append(f"run only it: threadwire test --case {case.id} -- CMD")
    return "\n".join(lines)


def _cuts(case: Case) -> str:
    names = [cut.name for cut in cuttings(case)]
    return ", ".join(names if len(names) <= 6 else [*names[:4], "…", names[-1]])


def _expectation(expectation: Expectation) -> list[str]:
    lines = [f"  {number}. {_event(e)}" for number, e in enumerate(expectation.events, start=1)]
    lines += [] if lines else ["  no events"]
    end = {"done": "complete", "truncated": "eof, or an error", "eof": "the end of the input"}
    error = f" of the class {expectation.error_class}" if expectation.error_class else ""
    lines.append(f"  end: {end[expectation.end]}{error}")
    if expectation.last_event_id is not None:
        lines.append(f"  last event id: {expectation.last_event_id!r}")
    return lines


def _event(expected: Expected) -> str:
    if expected.kind == "invalid":
        where = f", for what is at {expected.path}" if expected.path else ""
        return f"{expected.event}: refused{where}"
    if expected.kind == "unknown":
        raw = "" if expected.raw is None else f", raw {_short(expected.raw)}"
        return f"{expected.event}: not known; may be left out{raw}"
    return f"{expected.event}: {_short(expected.data)}"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _DATA_SHOWN else f"{text[:_DATA_SHOWN]}…"


# --- all else -------------------------------------------------------------------------------------


def _rule(suite: Suite, word: str) -> str | None:
    rule = suite.rules.get(word)
    if rule is None:
        return None
    lines = [f"rule {rule.id} ({rule.level})", f"  {rule.text}", f"source: {rule.source}"]
    if rule.excluded:
        lines.append(f"not tested: {rule.excluded}")
    cases = [case for case in suite.cases if word in case.rules]
    return "\n".join([*lines, *_cases(cases)])


def _known_event(suite: Suite, word: str) -> str | None:
    if word not in suite.events:
        return None
    payload = suite.events[word]
    lines = [f"event {word}"]
    if payload is None:
        lines.append("  ends the stream; it has no payload")
    else:
        lines.append(f"  payload: {payload}")
        members = suite.types.get(payload, {}).get("members", {})
        lines += [f"    {name}{_shape(shape)}" for name, shape in members.items()]
    if word == suite.error_event:
        lines.append("  an error of the server; in a reply it may be an event, or the end")
    return "\n".join([*lines, *_cases(_of_event(suite, word))])


def _of_event(suite: Suite, word: str) -> list[Case]:
    covered = f"event:{word}"
    found = [case for case in suite.cases if covered in case.covers]
    named = [c for c in suite.cases if any(e.event == word for e in c.expect.events)]
    return found or named


def _type(suite: Suite, word: str) -> str | None:
    shape = suite.types.get(word)
    if not is_object(shape):
        return None
    lines = [f"type {word}"]
    if "members" in shape:
        lines += [f"    {name}{_shape(inner)}" for name, inner in shape["members"].items()]
    elif "variants" in shape:
        lines.append(f"  told apart by {shape['tag']!r}:")
        lines += [f"    {tag}: {name}" for tag, name in shape["variants"].items()]
    prefix = f":{word}"
    cases = [
        c for c in suite.cases if any(prefix + "." in i or prefix + "=" in i for i in c.covers)
    ]
    return "\n".join([*lines, *_cases(cases)])


def _shape(shape: object) -> str:
    if isinstance(shape, str):
        return f": {shape}"
    if is_array(shape):
        return f": list{_shape(shape[0]).replace(':', ' of', 1)}"
    return ""


def _kind(_: Suite, word: str) -> str | None:
    kind = KINDS.get(word)
    if kind is None:
        return None
    broken = (
        "\n  The adapter is broken by it: exit code 3, and no list excuses it."
        if kind.broken
        else ""
    )
    return f"kind of failure {word}\n  {kind.means}\n  Look at: {kind.look}{broken}"


def _verdict(_: Suite, word: str) -> str | None:
    verdict = VERDICTS.get(word)
    return f"verdict {word}\n  {verdict.means}" if verdict else None


def _level(_: Suite, word: str) -> str | None:
    return f"level {word}\n  {LEVELS[word]}" if word in LEVELS else None


def _error_class(_: Suite, word: str) -> str | None:
    return f"class of error {word}\n  {ERROR_CLASSES[word]}" if word in ERROR_CLASSES else None


def _feature(suite: Suite, word: str) -> str | None:
    if word not in suite.features:
        return None
    cases = [case for case in suite.cases if word in case.needs]
    return "\n".join([f"feature {word}", f"  {suite.features[word]}", *_cases(cases)])


def _finding(_: Suite, word: str) -> str | None:
    row = FINDINGS.get(word)
    if row is None:
        return None
    return f"finding {word} of lint ({row.level})\n  {row.purpose}\n  source: {row.source}"


PLACES: dict[str, Callable[[Suite, str], str | None]] = {
    "case": _case,
    "rule": _rule,
    "event": _known_event,
    "type": _type,
    "feature": _feature,
    "kind": _kind,
    "verdict": _verdict,
    "level": _level,
    "class": _error_class,
    "finding": _finding,
}


def _names(suite: Suite) -> Iterable[str]:
    yield from suite.by_id
    tables = (
        suite.rules,
        suite.events,
        suite.types,
        suite.features,
        KINDS,
        VERDICTS,
        LEVELS,
        ERROR_CLASSES,
        FINDINGS,
    )
    for table in tables:
        yield from table


def _near(suite: Suite, word: str) -> str:
    near = get_close_matches(word, list(dict.fromkeys(_names(suite))), n=3, cutoff=0.5)
    return (
        f"; did you mean {' or '.join(near)}?" if near else "; threadwire test --list names cases"
    )


def _cases(cases: list[Case]) -> list[str]:
    if not cases:
        return ["no case"]
    lines = [f"{_count(len(cases), 'case')}:"]
    lines += [f"  {case.id}  {case.title}" for case in cases[:_CASES_SHOWN]]
    if len(cases) > _CASES_SHOWN:
        lines.append(f"  … and {len(cases) - _CASES_SHOWN} more")
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))
