from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from threadwire_generator import load
from threadwire_generator.build import read_spec, read_spec_files
from threadwire_generator.findings import Finding, format_finding
from threadwire_generator.load import Document, load_document, load_files, load_folder
from threadwire_generator.spec import Mark

BAD_SPECS = Path(__file__).parent / "bad_specs"
BASE = BAD_SPECS / "_base"


def read(text: str | bytes) -> tuple[Document | None, list[Finding]]:
    content = text.encode() if isinstance(text, str) else text
    return load_document(content, Path("spec/file.yaml"))


def data(text: str | bytes) -> Any:
    document, findings = read(text)
    assert findings == []
    assert document is not None
    return document.data


def rules(text: str | bytes) -> list[str]:
    document, findings = read(text)
    assert document is None
    return [finding.rule for finding in findings]


# --- what is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-0", 0),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("~", "~"),
        ("Null", "Null"),
        ("2026-08-21", "2026-08-21"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("+1", "+1"),
        (".5", ".5"),
        ("1.", "1."),
        ("12:30", "12:30"),
        ("=", "="),
        ("'null'", "null"),
        ('"1"', "1"),
        ('""', ""),
        ("'<<'", "<<"),
        ("a b  # not a part", "a b"),
        ('\'😀 """ {{ x }} {% y %} \\\'', '😀 """ {{ x }} {% y %} \\'),
    ],
)
def test_a_scalar_is_read_as_json_would_read_it(text: str, value: Any) -> None:
    read_value = data(f"key: {text}")["key"]
    assert (type(read_value), read_value) == (type(value), value)


def test_a_folded_text_is_one_line() -> None:
    assert data("key: >-\n  one\n  two\n") == {"key": "one two"}


def test_line_ends_and_a_bom_make_no_difference() -> None:
    text = "a: 1\nb:\n  - c: x\n"
    document, _ = read(text)
    for other in ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        same, findings = read(other)
        assert findings == []
        assert document is not None
        assert same is not None
        assert (same.data, same.marks) == (document.data, document.marks)


def test_every_node_and_key_has_its_place() -> None:
    document, _ = read('# first\nkey:\n  - 1\n  - {"ä😀": x, other: [y, z]}\n')
    assert document is not None
    other = ("key", 1, "other")
    places = {
        "the root": document.mark(),
        "the key": document.mark(("key",), key=True),
        "the list": document.mark(("key",)),
        "the second item": document.mark(("key", 1)),
        "an inner key": document.mark(other, key=True),
        "an inner item": document.mark((*other, 1)),
        "what is not there": document.mark((*other, "nothing", 3)),
    }
    assert {name: (mark.line, mark.column) for name, mark in places.items()} == {
        "the root": (2, 1),
        "the key": (2, 1),
        "the list": (3, 3),
        "the second item": (4, 5),
        "an inner key": (4, 15),
        "an inner item": (4, 26),
        "what is not there": (4, 22),
    }
    assert document.mark().file == "spec/file.yaml"


def test_all_defects_of_a_file_come_at_once() -> None:
    assert rules("a: &x 1\na: *x\n3: !t 1\nb:\n") == [
        "load/anchor",
        "load/duplicate-key",
        "load/anchor",
        "load/key",
        "load/tag",
        "load/no-value",
    ]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_deep_nesting_is_a_finding_and_costs_nothing(opening: str) -> None:
    started = time.process_time()
    assert rules(opening * 100_000) == ["load/depth"]
    assert time.process_time() - started < 5  # composing it would overflow the stack


def test_aliases_that_multiply_are_never_expanded() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    assert set(rules("\n".join(lines))) == {"load/anchor"}


def test_an_alias_of_itself_is_a_finding() -> None:
    assert rules("a: &a [*a]") == ["load/anchor", "load/anchor"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"a" * (load.MAX_BYTES + 1), "load/size"),
        (b"a: " + b"9" * 5000, "load/number"),
        (b"a: -1e400", "load/number"),
        (b"a: -.inf", "load/number"),
        (b"a: NaN", "load/number"),
        (b"a: -Infinity", "load/number"),
        (b"a\x00: 1", "load/control-character"),
        (b"a: \x1b[31m", "load/control-character"),
        (b"a: 1\n\xef\xbb\xbfb: 2", "load/control-character"),
        (b"a: \xe2\x80\xa8x", "load/control-character"),
        (b'a: "\\r"', "load/control-character"),
        (b'"\\e": 1', "load/control-character"),
        (b'a: "\\ud800"', "load/syntax"),
        (b"a: \xed\xa0\x80", "load/encoding"),
        (b"\xff\xfea\x00", "load/encoding"),
        (b"", "load/empty"),
        (b"\n\n# nothing\n", "load/empty"),
        (b"---\n---\n", "load/no-value"),
        (b"a:\n\tb: 1", "load/syntax"),
        (b"a: 'x", "load/syntax"),
        (b"? [a]\n: 1", "load/key"),
        (b"null: 1", "load/key"),
    ],
)
def test_a_defect_is_a_finding(text: bytes, rule: str) -> None:
    assert rules(text)[0] == rule


def test_a_syntax_error_has_its_position() -> None:
    _, (finding,) = read("a: 1\nb: c: d\n")
    assert (finding.line, finding.column) == (2, 5)


def test_bad_bytes_have_their_position() -> None:
    _, (finding,) = read("a: 1\nä: 2\nb: ".encode() + b"\xfc")
    assert (finding.line, finding.column) == (3, 4)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_no_bytes_make_the_loader_raise(content: bytes) -> None:
    document, findings = load_document(content, Path("file.yaml"))
    assert (document is None) == bool(findings)
    assert all("\n" not in format_finding(finding) for finding in findings)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_cut_or_changed_file_makes_the_whole_reading_raise(choice: st.DataObject) -> None:
    files = {path.name: path.read_bytes() for path in sorted(BASE.iterdir())}
    name = choice.draw(st.sampled_from(sorted(files)))
    content = files[name]
    start = choice.draw(st.integers(0, len(content)))
    end = choice.draw(st.integers(start, min(len(content), start + 40)))
    piece = choice.draw(
        st.sampled_from([b"", b"- ", b": ", b"{", b"]", b"\n", b"  ", b"null", b"1"])
    )
    read_spec_files(files | {name: content[:start] + piece + content[end:]})


# --- folders --------------------------------------------------------------------------------------


def test_a_folder_is_read_in_sorted_order(tmp_path: Path) -> None:
    for name in ("run.yaml", "protocol.yaml", "Zebra.yaml", "notes.txt", ".hidden.yaml"):
        (tmp_path / name).write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    documents, findings = load_folder(tmp_path)
    assert findings == []
    assert [document.name for document in documents] == ["Zebra.yaml", "protocol.yaml", "run.yaml"]
    assert documents[2].stem == "run"


def test_a_finding_names_the_file_as_the_folder_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "protocol.yaml").write_text("a: [\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _, (finding,) = load_folder(Path("spec"))
    assert finding.file == "spec/protocol.yaml"
    _, (finding,) = load_folder(tmp_path / "spec")
    assert finding.file == (tmp_path / "spec" / "protocol.yaml").as_posix()


def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "nowhere", tmp_path / "file", Path("nul\0")):
        spec, (finding,) = read_spec(folder)
        assert spec is None
        assert finding.rule == "load/folder"


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "protocol.yaml").symlink_to(tmp_path / "nowhere")
    spec, (finding,) = read_spec(tmp_path)
    assert spec is None
    assert finding.rule == "load/file"


def test_an_empty_folder_is_one_finding(tmp_path: Path) -> None:
    spec, (finding,) = read_spec(tmp_path)
    assert spec is None
    assert (finding.file, finding.rule) == (
        (tmp_path / "protocol.yaml").as_posix(),
        "load/protocol",
    )


def test_the_digest_is_of_names_and_lines_alone(tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in BASE.iterdir()}
    first, _ = read_spec_files(files)
    elsewhere, _ = read_spec_files(files, tmp_path)
    windows, _ = read_spec_files({n: c.replace(b"\n", b"\r\n") for n, c in files.items()})
    changed, _ = read_spec_files(files | {"fault.yaml": files["fault.yaml"] + b"# more\n"})
    assert first is not None
    assert elsewhere is not None
    assert windows is not None
    assert changed is not None
    assert first.digest == elsewhere.digest == windows.digest
    assert first.digest != changed.digest


# --- the two parsers of PyYAML --------------------------------------------------------------------


@pytest.mark.parametrize("case", ["_base", "load-anchor", "load-tag", "load-key", "load-depth"])
def test_the_parser_in_python_reads_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {path.name: path.read_bytes() for path in (BAD_SPECS / case).glob("*.yaml")}
    in_c = load_files(files)
    monkeypatch.setattr(load, "_LOADER", yaml.SafeLoader)
    in_python = load_files(files)
    assert in_python[1] == in_c[1]
    assert [document.data for document in in_python[0]] == [document.data for document in in_c[0]]
    assert [document.marks for document in in_python[0]] == [document.marks for document in in_c[0]]


def test_a_place_is_shown_as_editors_understand_it() -> None:
    assert str(Mark("spec/run.yaml", 3, 7)) == "spec/run.yaml:3:7"
