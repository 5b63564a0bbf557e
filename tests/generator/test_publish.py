"""Publishing: what becomes of files that are ours, edited or somebody else's, crashes included."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadwire_generator import effects
from threadwire_generator.books import BookError, read_manifest
from threadwire_generator.disk import Outcome, inspect, publish
from threadwire_generator.effects import Effects, PublishError, lock
from threadwire_generator.plan import MANIFEST, WORKSHOP, Output, PlanError, merge

BEFORE = {
    "py/models/run.py": "run 1\n",
    "py/models/step.py": "step 1\n",
    "py/__init__.py": "",
    "docs/old/gone.md": "gone\n",
    "becomes_folder": "file\n",
    "becomes_file/inside.txt": "inside\n",
    "docs/Spelled.md": "by case\n",
}
AFTER = {
    "py/models/run.py": "run 2\n",
    "py/models/message.py": "message\n",
    "py/__init__.py": "",
    "docs/events.md": "events\n",
    "becomes_folder/inside.txt": "inside\n",
    "becomes_file": "file\n",
    "docs/spelled.md": "by case\n",
}
LATER = {"py/models/run.py": "run 3\n", "new/file.txt": "new\n"}
FOREIGN = {"README.md": "mine\n", "py/models/mine.py": "mine\n", "docs/old/notes.md": "mine\n"}


def planned(files: dict[str, str], target: str = "some") -> dict[str, Output]:
    return merge({target: files})


def tree(out: Path) -> dict[str, str]:
    """All files but the generator's books, by path; folders must not be empty."""
    files: dict[str, str] = {}
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix()
        if name == MANIFEST or name.split("/")[0] == WORKSHOP:
            continue
        if path.is_file():
            files[name] = path.read_text()
        else:
            assert any(path.iterdir()), f"{name} was left empty"
    return files


def write(out: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)


def assert_in_step(out: Path, files: dict[str, str]) -> None:
    state = inspect(out, planned(files))
    assert sorted(state.changes.same) == sorted(files)
    assert not state.changes.remove
    assert not state.changes.edited
    assert state.manifest_in_step
    assert state.journal is None
    assert not (out / WORKSHOP).exists()


@pytest.fixture(autouse=True)
def _no_waiting_for_the_platter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An out folder that holds BEFORE, and files of somebody else."""
    out = tmp_path / "out"
    assert not publish(out, planned(BEFORE)).stopped
    write(out, FOREIGN)
    return out


# --- the plain way --------------------------------------------------------------------------------


def test_a_first_publication_makes_the_folder_and_its_parents(tmp_path: Path) -> None:
    publish(tmp_path / "a" / "b", planned(BEFORE))
    assert tree(tmp_path / "a" / "b") == BEFORE
    assert_in_step(tmp_path / "a" / "b", BEFORE)


def test_the_next_plan_replaces_creates_and_removes_and_leaves_foreign_files(out: Path) -> None:
    outcome = publish(out, planned(AFTER))
    assert tree(out) == AFTER | FOREIGN
    assert outcome.changes.create == (
        "becomes_file",
        "becomes_folder/inside.txt",
        "docs/events.md",
        "docs/spelled.md",
        "py/models/message.py",
    )
    assert outcome.changes.replace == ("py/models/run.py",)
    assert outcome.changes.same == ("py/__init__.py",)
    assert "docs/old/gone.md" in outcome.changes.remove
    assert_in_step(out, AFTER)


def test_the_same_plan_again_touches_no_file(out: Path) -> None:
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    publish(out, planned(BEFORE))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == times


def test_the_manifest_does_not_depend_on_the_way_there(out: Path, tmp_path: Path) -> None:
    publish(out, planned(AFTER))
    publish(tmp_path / "fresh", planned(AFTER))
    assert (out / MANIFEST).read_bytes() == (tmp_path / "fresh" / MANIFEST).read_bytes()
    assert list(json.loads((out / MANIFEST).read_bytes())["files"]) == sorted(AFTER)


def test_an_owned_file_that_somebody_removed_is_made_again(out: Path) -> None:
    (out / "py/models/run.py").unlink()
    assert publish(out, planned(BEFORE)).changes.create == ("py/models/run.py",)
    assert tree(out) == BEFORE | FOREIGN


def test_a_planned_removal_that_somebody_did_already_is_no_matter(out: Path) -> None:
    shutil.rmtree(out / "docs" / "old")
    assert not publish(out, planned(AFTER)).stopped
    assert_in_step(out, AFTER)


# --- edited and foreign files ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["py/models/run.py", "docs/old/gone.md", "py/__init__.py"])
def test_a_file_edited_by_hand_stops_everything_and_force_overrides(out: Path, path: str) -> None:
    (out / path).write_text("edited\n")
    before = tree(out)
    outcome = publish(out, planned(AFTER))
    assert outcome.stopped
    assert outcome.changes.edited == (path,)
    assert tree(out) == before
    assert not publish(out, planned(AFTER), force=True).stopped
    assert tree(out) == AFTER | FOREIGN
    assert_in_step(out, AFTER)


def test_an_edit_that_equals_the_new_output_is_none(out: Path) -> None:
    (out / "py/models/run.py").write_text(AFTER["py/models/run.py"])
    assert not publish(out, planned(AFTER)).stopped
    assert_in_step(out, AFTER)


def test_line_ends_that_a_checkout_turned_are_no_edit(out: Path) -> None:
    (out / "py/models/run.py").write_bytes(b"run 1\r\n")
    (out / "docs/old/gone.md").write_bytes(b"gone\r\n")
    assert not publish(out, planned(AFTER)).stopped
    assert (out / "py/models/run.py").read_bytes() == b"run 2\n"


def test_a_foreign_file_in_the_way_stops_everything_unless_it_is_the_same(out: Path) -> None:
    write(out, {"docs/events.md": "mine\n"})
    outcome = publish(out, planned(AFTER))
    assert outcome.stopped
    assert outcome.changes.foreign == ("docs/events.md",)
    assert tree(out) == BEFORE | FOREIGN | {"docs/events.md": "mine\n"}
    write(out, {"docs/events.md": AFTER["docs/events.md"]})
    assert not publish(out, planned(AFTER)).stopped
    assert_in_step(out, AFTER)


@pytest.mark.parametrize(
    ("foreign", "blocked"),
    [
        ("docs/events.md/mine.txt", "docs/events.md"),
        ("py/models/message.py/deep/mine.txt", "py/models/message.py"),
        ("DOCS/events.md", "docs/events.md"),
        ("docs/EVENTS.md", "docs/events.md"),
        ("becomes_file/mine.txt", "becomes_file"),
    ],
)
def test_what_cannot_be_overwritten_stops_even_with_force(
    tmp_path: Path, foreign: str, blocked: str
) -> None:
    out = tmp_path / "out"
    write(out, {foreign: "mine\n"})
    outcome = publish(out, planned(AFTER), force=True)
    assert outcome.stopped
    assert blocked in outcome.changes.blocked
    assert tree(out) == {foreign: "mine\n"}


def test_a_file_where_a_folder_is_needed_stops_even_with_force(tmp_path: Path) -> None:
    write(tmp_path, {"py": "mine\n"})
    assert publish(tmp_path, planned(AFTER), force=True).stopped
    assert tree(tmp_path) == {"py": "mine\n"}


def test_only_the_named_targets_are_written_and_their_rows_change(tmp_path: Path) -> None:
    first = merge({"a": {"a/x": "1\n", "a/y": "1\n"}, "b": {"b/x": "1\n"}, "c": {"c/x": "1\n"}})
    publish(tmp_path, first)
    rows = json.loads((tmp_path / MANIFEST).read_bytes())["files"]
    (tmp_path / "b" / "x").write_text("edited\n")
    publish(tmp_path, planned({"a/x": "2\n"}, "a"), targets=["a"])
    assert tree(tmp_path) == {"a/x": "2\n", "b/x": "edited\n", "c/x": "1\n"}
    after = json.loads((tmp_path / MANIFEST).read_bytes())["files"]
    assert {p: after[p] for p in ("b/x", "c/x")} == {p: rows[p] for p in ("b/x", "c/x")}
    assert list(after) == ["a/x", "b/x", "c/x"]
    # Without a name, the target that is no more goes too.
    publish(tmp_path, merge({"a": {"a/x": "2\n"}, "b": {"b/x": "1\n"}}), force=True)
    assert tree(tmp_path) == {"a/x": "2\n", "b/x": "1\n"}


def test_a_file_of_a_target_that_was_not_asked_for_is_in_the_way(tmp_path: Path) -> None:
    publish(tmp_path, planned({"x": "1\n"}, "a"))
    outcome = publish(tmp_path, planned({"x": "2\n"}, "b"), targets=["b"])
    assert outcome.stopped
    assert outcome.changes.foreign == ("x",)


# --- links ----------------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    write(tmp_path / "outside", {"run.py": "run 1\n", "gone.md": "gone\n"})
    return tmp_path / "outside"


def test_a_link_to_a_folder_is_never_followed(out: Path, outside: Path) -> None:
    shutil.rmtree(out / "py" / "models")
    (out / "py" / "models").symlink_to(outside, target_is_directory=True)
    shutil.rmtree(out / "docs" / "old")
    (out / "docs" / "old").symlink_to(outside, target_is_directory=True)
    for force in (False, True):
        assert publish(out, planned(AFTER), force=force).stopped
    publish(out, planned({"docs/events.md": "events\n"}), force=True)
    assert tree(outside) == {"run.py": "run 1\n", "gone.md": "gone\n"}
    assert (out / "docs" / "old").is_symlink()


def test_a_link_in_place_of_a_file_counts_as_an_edit_and_is_replaced_itself(
    out: Path, outside: Path
) -> None:
    (out / "py/models/run.py").unlink()
    (out / "py/models/run.py").symlink_to(outside / "run.py")
    assert publish(out, planned(AFTER)).stopped
    assert not publish(out, planned(AFTER), force=True).stopped
    assert not (out / "py/models/run.py").is_symlink()
    assert (outside / "run.py").read_text() == "run 1\n"
    assert tree(out) == AFTER | FOREIGN


def test_links_in_place_of_the_workshop_are_refused(out: Path, outside: Path) -> None:
    (out / WORKSHOP).symlink_to(outside, target_is_directory=True)
    with pytest.raises(PublishError, match="link"):
        publish(out, planned(AFTER))
    (out / WORKSHOP).unlink()
    (out / WORKSHOP).mkdir()
    (out / WORKSHOP / "staged").symlink_to(outside, target_is_directory=True)
    with pytest.raises(PublishError, match="link"):
        publish(out, planned(AFTER))
    assert tree(outside) == {"run.py": "run 1\n", "gone.md": "gone\n"}
    assert tree(out) == BEFORE | FOREIGN


def test_the_out_folder_itself_may_be_reached_by_a_link(out: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(out, target_is_directory=True)
    publish(tmp_path / "link", planned(AFTER))
    assert tree(out) == AFTER | FOREIGN


# --- books that cannot be used --------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "<<<<<<< HEAD\n",
        "[]",
        "null",
        '{"name": "an app", "icons": []}',
        '{"generator": "threadwire", "format": 2, "files": {}}',
        '{"generator": "threadwire", "format": 1}',
        '{"generator": "threadwire", "format": 1, "files": {"a": "b"}}',
        '{"generator": "threadwire", "format": 1, "files": {"a": {"target": 1, "sha256": ""}}}',
    ],
)
def test_a_manifest_that_is_none_of_ours_is_refused_and_kept(out: Path, content: str) -> None:
    (out / MANIFEST).write_text(content)
    for force in (False, True):
        with pytest.raises(PublishError, match=MANIFEST):
            publish(out, planned(AFTER), force=force)
    assert (out / MANIFEST).read_text() == content
    assert tree(out) == BEFORE | FOREIGN


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../b", "C:/x", "a\\b", ""])
def test_a_manifest_cannot_name_files_outside(path: str) -> None:
    row = {"target": "python", "sha256": "0"}
    book = {"generator": "threadwire", "format": 1, "files": {path: row}}
    with pytest.raises(BookError):
        read_manifest(json.dumps(book).encode())


def test_without_the_manifest_files_that_are_as_planned_are_taken_over(out: Path) -> None:
    (out / MANIFEST).unlink()
    assert not publish(out, planned(BEFORE)).stopped
    assert_in_step(out, BEFORE)
    assert tree(out) == BEFORE | FOREIGN


# --- cut off --------------------------------------------------------------------------------------


class Cut(BaseException):
    """The process dies here."""


class CutOff(Effects):
    """Effects that end at the n-th one; a write that is cut off leaves half of the content."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.left, self.error = at, error

    def __getattribute__(self, name: str) -> object:
        effect = super().__getattribute__(name)
        if not callable(effect) or name.startswith("_"):
            return effect

        def cut_off(path: Path, *rest: object) -> object:
            self.left -= 1
            if self.left < 0:
                if name == "write":
                    content = rest[0]
                    assert isinstance(content, bytes)
                    path.write_bytes(content[: len(content) // 2])
                raise self.error
            return effect(path, *rest)

        return cut_off


def cut_offs(out: Path, files: dict[str, str], error: BaseException) -> Iterator[Path]:
    """Give copies of the out folder, in each of which publication was cut off one effect later."""
    for at in range(1000):
        copy = out.parent / f"cut {at}"
        shutil.copytree(out, copy, symlinks=True)
        try:
            publish(copy, planned(files), effects=CutOff(at, error))
        except (Cut, PublishError):
            yield copy
        else:
            assert at > 30, "the scenario is smaller than it was meant to be"
            return


def assert_no_file_is_torn(out: Path) -> None:
    for path, text in tree_with_empty_folders(out).items():
        assert text in (BEFORE.get(path), AFTER.get(path), FOREIGN.get(path)), path


def tree_with_empty_folders(out: Path) -> dict[str, str]:
    return {
        path.relative_to(out).as_posix(): path.read_text()
        for path in out.rglob("*")
        if path.is_file() and path.name != MANIFEST and WORKSHOP not in path.parts
    }


def test_cut_off_at_any_effect_the_same_plan_again_makes_all_whole(out: Path) -> None:
    for copy in cut_offs(out, AFTER, Cut()):
        assert_no_file_is_torn(copy)
        assert not publish(copy, planned(AFTER)).stopped
        assert tree(copy) == AFTER | FOREIGN
        assert_in_step(copy, AFTER)


@pytest.mark.parametrize("files", [BEFORE, LATER])
def test_cut_off_at_any_effect_another_plan_is_published_all_the_same(
    out: Path, files: dict[str, str]
) -> None:
    for copy in cut_offs(out, AFTER, Cut()):
        assert not publish(copy, planned(files)).stopped
        assert tree(copy) == files | FOREIGN
        assert_in_step(copy, files)


def test_cut_off_twice_it_still_rolls_forward(out: Path) -> None:
    for copy in cut_offs(out, AFTER, Cut()):
        if inspect(copy, planned(AFTER)).journal is None:
            continue
        for at in range(0, 1000, 7):
            again = copy.parent / "again"
            shutil.copytree(copy, again)
            try:
                publish(again, planned(LATER), effects=CutOff(at, Cut()))
            except Cut:
                assert not publish(again, planned(LATER)).stopped
                assert tree(again) == LATER | FOREIGN
                assert_in_step(again, LATER)
                shutil.rmtree(again)
            else:
                shutil.rmtree(again)
                break


def test_once_the_first_file_changes_the_journal_can_be_seen(out: Path) -> None:
    journals = 0
    for copy in cut_offs(out, AFTER, Cut()):
        journal = inspect(copy, planned(AFTER)).journal
        journals += journal is not None
        assert journal or tree(copy) in (BEFORE | FOREIGN, AFTER | FOREIGN)
    assert journals > 10


def cut_offs_with_a_journal(out: Path) -> Iterator[Path]:
    copies = 0
    for copy in cut_offs(out, AFTER, Cut()):
        if inspect(copy, planned(AFTER)).journal is not None:
            copies += 1
            yield copy
    assert copies > 10


def test_a_file_changed_after_the_cut_stops_the_roll_forward_and_force_overrides(
    out: Path,
) -> None:
    path = "py/models/run.py"
    for copy in cut_offs_with_a_journal(out):
        waited = (copy / path).read_text() == BEFORE[path]
        (copy / path).write_text("edited\n")
        before = tree_with_empty_folders(copy)
        outcome = publish(copy, planned(AFTER))
        assert outcome.stopped
        if waited:
            assert outcome.disturbed == (path,)
            assert tree_with_empty_folders(copy) == before
        else:
            assert outcome.changes.edited == (path,)
            assert tree(copy) == AFTER | FOREIGN | {path: "edited\n"}
        assert not publish(copy, planned(AFTER), force=True).stopped
        assert tree(copy) == AFTER | FOREIGN


def test_a_file_that_somebody_made_as_planned_after_the_cut_is_no_matter(out: Path) -> None:
    for copy in cut_offs_with_a_journal(out):
        (copy / "py/models/run.py").write_text(AFTER["py/models/run.py"])
        assert not publish(copy, planned(AFTER)).stopped
        assert_in_step(copy, AFTER)


def test_a_link_that_somebody_made_after_the_cut_is_not_followed(out: Path, outside: Path) -> None:
    refused = 0
    for copy in cut_offs_with_a_journal(out):
        shutil.rmtree(copy / "py" / "models")
        (copy / "py" / "models").symlink_to(outside, target_is_directory=True)
        try:
            assert publish(copy, planned(AFTER)).stopped
        except PublishError:
            refused += 1
        assert tree(outside) == {"run.py": "run 1\n", "gone.md": "gone\n"}
    assert refused > 5


def test_what_was_staged_is_not_published_if_it_was_changed(out: Path) -> None:
    for copy in cut_offs_with_a_journal(out):
        staged = [p for p in (copy / WORKSHOP).glob("staged/*") if p.name != "manifest"]
        for path in staged:
            path.write_bytes(b"other\n")
        if staged:
            before = tree_with_empty_folders(copy)
            with pytest.raises(PublishError, match="remove the folder"):
                publish(copy, planned(AFTER))
            assert tree_with_empty_folders(copy) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_an_error_at_any_effect_is_clear_and_leaves_all_old_or_a_journal(
    out: Path, code: int
) -> None:
    error = OSError(code, os.strerror(code), "some/path")
    for copy in cut_offs(out, AFTER, error):
        if inspect(copy, planned(AFTER)).journal is None and tree(copy) != AFTER | FOREIGN:
            assert tree(copy) == BEFORE | FOREIGN
        assert not publish(copy, planned(AFTER)).stopped
        assert tree(copy) == AFTER | FOREIGN
        assert_in_step(copy, AFTER)


def test_an_error_says_where_it_was_and_how_things_stand(out: Path) -> None:
    class Full(Effects):
        def write(self, path: Path, content: bytes) -> None:
            path.write_bytes(content[:3])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with pytest.raises(PublishError, match="No space left on device — nothing was written"):
        publish(out, planned(AFTER), effects=Full())
    assert not (out / WORKSHOP).exists()

    class Stuck(Effects):
        def replace(self, source: Path, target: Path) -> None:
            if WORKSHOP not in target.parts:
                raise OSError(errno.EACCES, "Permission denied", str(target))
            super().replace(source, target)

    with pytest.raises(PublishError, match=r"Permission denied — .* finishes it"):
        publish(out, planned(AFTER), effects=Stuck())
    assert inspect(out, planned(AFTER)).journal is not None


def test_a_folder_that_cannot_be_written_stops_before_anything_is(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked, not tried: to the root user every folder is writable.
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != out / "docs")
    with pytest.raises(PublishError, match="docs: Permission denied — nothing was written"):
        publish(out, planned(AFTER))
    assert tree(out) == BEFORE | FOREIGN


def test_an_out_folder_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine\n")
    for place in (tmp_path / "out", tmp_path / "out" / "below"):
        with pytest.raises(PublishError, match="nothing was written"):
            publish(place, planned(AFTER))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"generator": "threadwire", "format": 1, "steps": {"../x": [null, null, null]}}',
        '{"generator": "threadwire", "format": 1, "steps": {"x": [null, "0", "../y"]}}',
        '{"generator": "threadwire", "format": 1, "steps": {"x": 1}, "files": {}}',
    ],
)
def test_a_journal_that_makes_no_sense_is_named_and_not_followed(out: Path, content: str) -> None:
    (out / WORKSHOP).mkdir()
    (out / WORKSHOP / "journal.json").write_text(content)
    with pytest.raises(PublishError, match=r"journal\.json cannot be used"):
        publish(out, planned(AFTER))
    assert tree(out) == BEFORE | FOREIGN


# --- one at a time --------------------------------------------------------------------------------


def test_while_one_publishes_another_is_refused(out: Path) -> None:
    with lock(out / WORKSHOP, Effects()):
        with pytest.raises(PublishError, match="another `threadwire generate`"):
            publish(out, planned(AFTER))
        assert tree(out) == BEFORE | FOREIGN
    assert not publish(out, planned(AFTER)).stopped


def test_a_lock_that_was_cleared_away_while_it_was_taken_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = effects._take
    taken: list[int] = []

    def take_late(handle: int) -> bool:
        if not taken:  # the one before clears up between our opening the file and locking it
            (tmp_path / WORKSHOP / "lock").unlink()
        taken.append(handle)
        return take(handle)

    monkeypatch.setattr(effects, "_take", take_late)
    with (
        lock(tmp_path / WORKSHOP, Effects()),
        pytest.raises(PublishError, match="another"),
        lock(tmp_path / WORKSHOP, Effects()),
    ):
        pytest.fail("both hold the lock")
    assert len(taken) == 3


def test_a_lock_file_that_a_crash_left_does_not_lock(out: Path) -> None:
    (out / WORKSHOP).mkdir()
    (out / WORKSHOP / "lock").touch()
    assert not publish(out, planned(AFTER)).stopped
    assert_in_step(out, AFTER)


def test_processes_that_publish_at_once_leave_the_plan_of_one(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from threadwire_generator.disk import publish\n"
        "from threadwire_generator.effects import PublishError\n"
        "from threadwire_generator.plan import merge\n"
        "files = {f'{n % 3}/{n}': sys.argv[2] + '\\n' for n in range(20)}\n"
        "for turn in range(20):\n"
        "    try: publish(Path(sys.argv[1]), merge({'t': files}))\n"
        "    except PublishError as error: assert 'another' in str(error), error\n"
    )
    arguments = [[sys.executable, "-c", script, str(tmp_path), text] for text in "abc"]
    processes = [subprocess.Popen(words, stderr=subprocess.PIPE) for words in arguments]
    for process in processes:
        _, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints.decode()
    texts = set(tree(tmp_path).values())
    assert len(texts) == 1
    text = texts.pop()
    state = inspect(tmp_path, planned({f"{n % 3}/{n}": text for n in range(20)}, "t"))
    assert len(state.changes.same) == 20
    assert state.manifest_in_step


# --- any sequence ---------------------------------------------------------------------------------

PATHS = st.sampled_from(["a", "a/b", "a/b/c", "a/d", "A/d", "e", "E", "f/g/h", "f/g", "f/i"])
FILES = st.dictionaries(PATHS, st.sampled_from(["1\n", "2\n"]), max_size=6)
TURN = st.tuples(
    FILES, st.none() | st.tuples(PATHS, st.sampled_from(["1\n", "m\n"])), st.integers(0, 60)
)


def put(out: Path, path: str, text: str) -> bool:
    """Write a foreign file, if nothing stands there or on the way."""
    try:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        with (out / path).open("x") as file:
            file.write(text)
    except OSError:
        return False
    return True


def may_collide(path: str, other: str) -> bool:
    one, two = f"{path.casefold()}/", f"{other.casefold()}/"
    return one.startswith(two) or two.startswith(one) or one.split("/")[0] == two.split("/")[0]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(turns=st.lists(TURN, max_size=6))
def test_after_any_sequence_the_tree_is_the_last_plan_and_the_foreign_files(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[dict[str, str], object, int]]
) -> None:
    out = tmp_path_factory.mktemp("any")
    owned: dict[str, str] = {}
    foreign: dict[str, str] = {}
    for files, addition, cut_at in turns:
        try:
            plan = planned(files)
        except PlanError:
            continue  # no plan has both a file and a folder of one name
        if isinstance(addition, tuple) and put(out, *addition):
            foreign[addition[0]] = addition[1]
        before = tree(out) if not foreign else tree_with_empty_folders(out)
        outcome = publish_cut_off_once(out, plan, cut_at)
        if outcome.stopped:
            assert tree_with_empty_folders(out) == before
            assert any(may_collide(path, mine) for path in files for mine in foreign)
            continue
        for path in files.keys() & foreign.keys():
            assert foreign.pop(path) == files[path]  # the same: ours from now on
        owned = files
        assert tree_with_empty_folders(out) == owned | foreign
        assert inspect(out, plan).manifest_in_step
        assert not (out / WORKSHOP).exists()
    shutil.rmtree(out)


def publish_cut_off_once(out: Path, plan: dict[str, Output], cut_at: int) -> Outcome:
    try:
        return publish(out, plan, effects=CutOff(cut_at, Cut()))
    except Cut:
        return publish(out, plan)


# --- plans ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        *["", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "C:x", "C:/x", "a\\b"],
        *["con", "aux.txt", "docs/NUL", "com1.py", "lpt9", "a:b", "a*b", "a?", "a<b", 'a"b'],
        *["a ", " a", "a.", "a\nb", "a\x00b", "é.txt", "~x", "x" * 201],
        *[MANIFEST, "Manifest.JSON", f"{WORKSHOP}/x"],
    ],
)
def test_a_path_that_is_not_the_same_everywhere_is_refused(path: str) -> None:
    with pytest.raises(PlanError):
        planned({path: "text\n"})


@pytest.mark.parametrize("path", ["a", "a/b.py", ".hidden", "a/manifest.json", "console.py", "a b"])
def test_an_ordinary_path_is_good(path: str) -> None:
    assert list(planned({path: "text\n"})) == [path]


@pytest.mark.parametrize(
    "paths", [("Run.py", "run.py"), ("a/x", "A/y"), ("a", "a/b"), ("a/b/c", "a/b")]
)
def test_paths_that_collide_on_some_system_are_refused(paths: tuple[str, str]) -> None:
    with pytest.raises(PlanError):
        planned(dict.fromkeys(paths, "text\n"))


def test_two_targets_cannot_want_one_file() -> None:
    with pytest.raises(PlanError, match="both one and two"):
        merge({"one": {"x": "1\n"}, "two": {"x": "1\n"}})


@pytest.mark.parametrize("text", ["no end", "two ends\n\n", "cr\r\n", "lone\ud800\n", "\n\n"])
def test_a_text_has_one_line_end_at_its_end_and_can_be_encoded(text: str) -> None:
    with pytest.raises(PlanError):
        planned({"x": text})
