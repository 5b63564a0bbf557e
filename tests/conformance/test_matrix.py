"""`make matrix`: whatever is wrong with an adapter, the others get their results; pages in step."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from matrix.__main__ import Places, pages
from matrix.adapters import AdapterFileError, load_adapter, load_adapters
from matrix.bench import Bench, try_adapter
from matrix.record import RED, read_records, record, text_of
from matrix.words import BEGIN, END, findings, readme_block, with_block
from small import ADAPTER, FOLDER, suite
from threadwire_conformance.suite import load_suite

HOUSE = Path(__file__).parents[2]
ONE_STREAM = "größer"  # text that the stream of one case has
STATED: dict[str, Any] = {
    "implementation": "a decoder of notes",
    "language": "python",
    "version": "1.0",
    "toolchain": [],
    "run": [*ADAPTER, "--features", "resume"],
    "transport": "bytes",
    "features": ["resume"],
    "notes": ["It is <made> for this test."],
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text(f"# x\n\n{BEGIN}\n{END}\n\nafter\n", encoding="utf-8")
    return tmp_path


def add(house: Path, folder_name: str, **stated: Any) -> Path:
    folder = house / "conformance" / "adapters" / folder_name
    folder.mkdir(parents=True)
    value = {"name": folder_name, **STATED, **stated}
    (folder / "adapter.yaml").write_text(yaml.safe_dump(value), encoding="utf-8")
    return folder


def misbehaving(*arguments: str) -> list[str]:
    return [*STATED["run"], *arguments]


def make_matrix(house: Path, *options: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "matrix", "--house", str(house), "--suite", str(FOLDER)]
    done = subprocess.run([*command, *options], capture_output=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode() + done.stderr.decode()


def results(house: Path) -> dict[str, bytes]:
    folder = house / "conformance" / "results"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def not_passed(house: Path, name: str) -> dict[str, dict[str, Any]]:
    value = json.loads(results(house)[f"{name}.json"])
    return {row["case"]: row for row in value["not_passed"]}


# --- what may go wrong ----------------------------------------------------------------------------


def test_nothing_that_is_wrong_with_one_adapter_stops_the_others(house: Path) -> None:
    add(house, "a-no-toolchain", toolchain=["a-compiler-that-is-not-there"])
    add(house, "b-no-build", build=[sys.executable, "-c", "print('so much is wrong'); exit(3)"])
    add(house, "c-not-there", run=["./a-program-that-is-not-there"])
    add(house, "d-silent", run=[sys.executable, "-c", "pass"])
    crashes = ("--misbehave", "crash", "--stream-with", ONE_STREAM)
    add(house, "e-crashes", run=misbehaving(*crashes))
    add(house, "f-good", build=[sys.executable, "-c", "open('built', 'w')"])
    add(house, "g-no-file", transport="pigeons")
    said = make_matrix(house, code=1)
    assert re.search("a-no-toolchain +left out: no a-compiler-that-is-not-there on the path", said)
    assert re.search("b-no-build +wrong: its build failed with status 3; see ", said)
    assert "c-not-there            wrong: " in said
    assert "d-silent               wrong: " in said
    assert "g-no-file/adapter.yaml: $.transport: 'pigeons' is not one of" in said
    logs = house / ".threadwire" / "matrix"
    assert "so much is wrong" in (logs / "b-no-build.log").read_text(encoding="utf-8")
    assert (house / "conformance" / "adapters" / "f-good" / "built").exists()
    assert list(results(house)) == ["README.md", "e-crashes.json", "f-good.json", "index.html"]
    broken = [row for row in not_passed(house, "e-crashes").values() if row["verdict"] == "broken"]
    assert {row["kind"] for row in broken} == {"crash"}
    assert len(broken) == 1
    good = {row["verdict"] for row in not_passed(house, "f-good").values()}
    assert not good & set(RED)


def test_a_missing_toolchain_is_no_failure_and_leaves_the_results_of_before(house: Path) -> None:
    folder = add(house, "notes")
    make_matrix(house)
    before = results(house)
    stated = {"name": "notes", **STATED, "toolchain": ["a-compiler-that-is-not-there"]}
    (folder / "adapter.yaml").write_text(yaml.safe_dump(stated), encoding="utf-8")
    assert "left out" in make_matrix(house)
    assert results(house) == before


def test_what_takes_too_long_is_ended(house: Path) -> None:
    endless = [sys.executable, "-c", "import time; time.sleep(600)"]
    adapter = load_adapter(add(house, "notes", build=endless) / "adapter.yaml")
    tried = try_adapter(adapter, Bench(house / "logs", FOLDER, building=0.5))
    assert tried.found is None
    assert tried.wrong[0].startswith("its build was not over after 0.5 s; see ")


def test_an_adapter_that_is_not_what_its_file_says_is_told(house: Path) -> None:
    add(house, "notes", version="1.1", features=["presence"])
    said = make_matrix(house, code=1)
    assert "adapter.yaml has version '1.1', and the adapter says '1.0'" in said
    assert "adapter.yaml has features 'presence', and the adapter says 'resume'" in said


# --- results --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["nothing", "decodes each chunk", "loses the text"])
def test_results_are_the_same_byte_for_byte_when_made_again(house: Path, wrong: str) -> None:
    add(house, "notes", run=misbehaving("--wrong", wrong))
    make_matrix(house)
    before = results(house)
    shutil.rmtree(house / "conformance" / "results")
    make_matrix(house)
    assert results(house) == before


def test_results_say_nothing_of_the_machine_or_the_run(house: Path) -> None:
    adapter = load_adapter(add(house, "notes") / "adapter.yaml")
    said = (
        f"thread 'main' (4711) panicked at /a/b/c/d/lib.rs:3 in {adapter.folder}/x 127.0.0.1:4711"
    )
    row = {"case": "a/b", "level": "must", "verdict": "broken", "kind": "crash", "message": said}
    seen = {**row, "verdict": "observed", "message": "/a/b/c/d", "reply": {"seq": 4711}}
    told = {"version": "1", "language": "x", "features": [], "name": "y"}
    found = record(adapter, {"adapter": told, "suite": {}, "results": [row, seen]})
    assert found.rows[0]["message"] == (
        "thread 'main' panicked at …/d/lib.rs:3 in …/x 127.0.0.1:PORT"
    )
    assert found.rows[1]["reply"] == "{}"
    assert found.rows[1]["message"] == "/a/b/c/d", "a path in a payload is data"


def test_the_order_of_members_makes_no_difference(house: Path) -> None:
    adapter = load_adapter(add(house, "notes") / "adapter.yaml")
    told = {"version": "1", "language": "x", "features": [], "name": "y"}
    row = {"case": "a/b", "level": "must", "verdict": "fail", "kind": "wrong-data"}
    found = [{"a": [{"x": 1, "y": {}}], "b": "2"}, {"b": "2", "a": [{"y": {}, "x": 1}]}]
    results = [{**row, "found": value} for value in found]
    first, second = record(adapter, {"adapter": told, "suite": {}, "results": results}).rows
    assert first["found"] == second["found"] == '{"b": "2", "a": [{"x": 1, "y": {}}]}'


def test_half_a_character_can_be_written(house: Path) -> None:
    adapter = load_adapter(add(house, "notes") / "adapter.yaml")
    row = {"case": "a/b", "level": "must", "verdict": "fail", "kind": "wrong-data"}
    told = {"version": "1", "language": "x", "features": [], "name": "y"}
    results = [{**row, "found": "\ud83d"}]
    text = text_of(record(adapter, {"adapter": told, "suite": {}, "results": results}))
    assert "ud83d" in text.encode().decode()


def test_results_are_read_as_they_were_written(house: Path) -> None:
    add(house, "notes", run=misbehaving("--wrong", "decodes each chunk"))
    make_matrix(house)
    (found,) = read_records(house / "conformance" / "results")
    assert text_of(found).encode() == results(house)["notes.json"]
    rows = {row["case"]: row for row in found.rows}
    assert re.fullmatch(r"cut at byte \d+", rows["framing/wide-characters"]["cut"])
    listed = sum(sum(verdicts.values()) for verdicts in found.counts.values())
    assert listed == len(suite().cases)
    assert findings(found, suite())[0].kind == "chunking"


# --- adapter.yaml ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "other"}, "$.name: it is not 'notes', its folder"),
        ({"run": []}, "$.run: "),
        ({"homepage": "example.org"}, "$.homepage: "),
        ({"colour": "red"}, "$: Additional properties"),
    ],
)
def test_an_adapter_file_that_is_wrong_is_told_with_its_place(
    house: Path, change: dict[str, Any], said: str
) -> None:
    folder = add(house, "notes", **change)
    with pytest.raises(AdapterFileError, match=re.escape(f"notes/adapter.yaml: {said}")):
        load_adapter(folder / "adapter.yaml")


def test_a_version_is_text_whatever_it_looks_like(house: Path) -> None:
    file = add(house, "notes") / "adapter.yaml"
    file.write_text(file.read_text().replace("version: '1.0'", "version: 1.10"), encoding="utf-8")
    assert load_adapter(file).version == "1.10"


def test_checks_by_hand_are_read_from_the_readme(house: Path) -> None:
    folder = add(house, "notes")
    points = "All of them.\n\n- `a/b`: one\n  more\n- two\n"
    text = f"# x\n\n- no\n\n## Checked by hand\n\n{points}\n## Else\n- no\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
    checked = load_adapter(folder / "adapter.yaml").checked
    assert checked == ("All of them.", "`a/b`: one more", "two")


def test_the_adapters_of_this_checkout_are_described_in_order() -> None:
    adapters, wrong = load_adapters(HOUSE / "conformance" / "adapters")
    assert wrong == []
    assert "reference" in {adapter.name for adapter in adapters}
    features = load_suite().features.keys()
    for adapter in adapters:
        assert set(adapter.features) <= features, adapter.name


# --- pages ----------------------------------------------------------------------------------------


def test_pages_are_in_step_with_the_results() -> None:
    """Who changed a result, a case or a note writes them anew: `python -m matrix --pages`."""
    places = Places(HOUSE)
    adapters, _ = load_adapters(places.adapters)
    made = pages(places, read_records(places.results), adapters, load_suite())
    assert set(made) == {places.results / "README.md", places.results / "index.html", places.readme}
    for path, text in made.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is not in step"


def test_the_block_of_the_readme_is_written_between_its_markers(house: Path) -> None:
    add(house, "notes")
    make_matrix(house)
    text = (house / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# x\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\n\nafter\n")
    assert "| notes | python | 1.0 |" in text
    assert with_block("no markers", readme_block([], suite())) is None


class _Outline(HTMLParser):
    """What a page loads, the links in it, and the text of its script elements."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.loads += [named[n] or "" for n in ("src", "data", "action") if n in named]
        if tag == "link":
            self.loads.append(named.get("href") or "")
        if tag == "a":
            self.links.append(named.get("href") or "")
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data


def outline(text: str) -> _Outline:
    parser = _Outline()
    parser.feed(text)
    return parser


def test_the_page_loads_nothing_and_its_data_is_json(house: Path) -> None:
    add(house, "notes", notes=["</script><script>alert(1)</script><!-- \u2028"])
    make_matrix(house)
    text = results(house)["index.html"].decode()
    page = outline(text)
    assert page.loads == ["data:,"]
    assert not re.search(r"url\(|@import", text.partition('<script type="application/json"')[0])
    assert len(page.scripts) == 2
    data = json.loads(page.scripts[0])
    assert data["implementations"][0]["notes"] == ["</script><script>alert(1)</script><!-- \u2028"]
    assert all(link.startswith("#") for link in page.links)


def test_each_red_case_is_behind_the_page_with_its_bytes(house: Path) -> None:
    add(house, "notes", run=misbehaving("--wrong", "decodes each chunk"))
    make_matrix(house)
    page = outline(results(house)["index.html"].decode())
    data = json.loads(page.scripts[0])
    (one,) = data["implementations"]
    red = {i: row for i, row in one["rows"].items() if data["texts"][row["verdict"]] in RED}
    assert "framing/wide-characters" in red
    for case_id, row in red.items():
        shown = data["cases"][case_id]
        assert all(shown[part] for part in ("bytes", "due", "rules"))
        assert any("cut" in data["texts"][line] for line in row["bytes"])
    assert "#i/notes/t/framing" in page.links


# --- in a browser ---------------------------------------------------------------------------------


def browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("there is no Chromium")


def dom(address: str) -> str:
    """The page as Chromium has it when its script has run."""
    flags = ["headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run"]
    flags += ["disable-background-networking", "disable-component-update", "disable-sync"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags += [f"user-data-dir={profile}", "dump-dom"]
        command = [browser(), *(f"--{flag}" for flag in flags), address]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return done.stdout.decode()


def test_a_browser_walks_from_the_table_to_a_case_and_its_bytes(house: Path) -> None:
    """Each step takes a link that the page before has, by its address."""
    add(house, "notes", run=misbehaving("--wrong", "decodes each chunk"))
    make_matrix(house)
    address = (house / "conformance" / "results" / "index.html").as_uri()
    table = dom(address)
    assert '<section id="overview">' in table
    assert "#i/notes/t/framing" in outline(table).links
    topic = dom(f"{address}#i/notes/t/framing")
    to_case = f"#i/notes/c/{quote('framing/wide-characters', safe='')}"
    assert '<section id="overview" hidden="">' in topic
    assert to_case in outline(topic).links
    case = dom(f"{address}{to_case}")
    body = case.partition("<script")[0]
    for part in ("chunking", "cut at byte", "What was due", "The bytes, as written"):
        assert part in body, part
