from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakesmith.errors import InputError
from lakesmith.sources.files import listing
from lakesmith.sources.files.changes import FileChanges, apply_policy, compare
from lakesmith.sources.files.listing import NOT_NOW, FileEntry, list_files
from lakesmith.spec.model import FilesSource

OLD, NEW = FileEntry("a", 1, 5), FileEntry("b", 1, 5)


def source(path: Path | str = "in", **options: object) -> FilesSource:
    return FilesSource(format="csv", path=str(path), columns=("id",), **options)  # type: ignore[arg-type]


def names(found: tuple[FileEntry, ...], root: Path) -> list[str]:
    return [os.path.relpath(entry.path, root) for entry in found]


def touch(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("x")


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    touch(tmp_path, "b", "a", "c")
    assert names(list_files(None, source(tmp_path)), tmp_path) == ["a", "b", "c"]


def test_an_entry_has_size_and_modification_time_in_milliseconds(tmp_path: Path) -> None:
    touch(tmp_path, "a")
    os.utime(tmp_path / "a", ns=(0, 1_700_000_000_123_456_789))
    assert list_files(None, source(tmp_path)) == (FileEntry(str(tmp_path / "a"), 1, 1_700_000_000_123),)


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, ".a", "_b", "c", "d._COPYING_", "_tmp/d")
    assert names(list_files(None, source(tmp_path, recursive=True)), tmp_path) == ["c"]


def test_only_files_of_the_pattern_are_listed(tmp_path: Path) -> None:
    touch(tmp_path, "a.csv", "a.txt")
    assert names(list_files(None, source(tmp_path, pattern="*.csv")), tmp_path) == ["a.csv"]


def test_directories_below_are_listed_only_when_recursive(tmp_path: Path) -> None:
    touch(tmp_path, "a", "day/b")
    assert names(list_files(None, source(tmp_path)), tmp_path) == ["a"]
    assert names(list_files(None, source(tmp_path, recursive=True)), tmp_path) == ["a", "day/b"]


def test_no_such_directory_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such directory") as caught:
        list_files(None, source(tmp_path / "nope"), "sources.orders.path")
    assert (caught.value.code, caught.value.where) == ("LS201", "sources.orders.path")


def test_a_file_in_the_place_of_the_directory_is_an_error_even_when_optional(tmp_path: Path) -> None:
    touch(tmp_path, "a")
    with pytest.raises(InputError, match=r"no such directory"):
        list_files(None, source(tmp_path / "a", optional=True))


def test_an_absent_optional_source_has_nothing(tmp_path: Path) -> None:
    assert list_files(None, source(tmp_path / "nope", optional=True)) == ()


def test_a_link_to_nothing_is_not_a_file(tmp_path: Path) -> None:
    touch(tmp_path, "a")
    (tmp_path / "gone").symlink_to(tmp_path / "nope")
    assert names(list_files(None, source(tmp_path)), tmp_path) == ["a"]


def test_a_file_changes_by_size_or_time() -> None:
    listed = [FileEntry("a", 1, 5), FileEntry("b", 2, 5), FileEntry("c", 1, 6), FileEntry("d", 1, 5)]
    seen = {"a": (1, 5), "b": (1, 5), "c": (1, 5), "vanished": (1, 5)}
    assert compare(listed, seen) == FileChanges(new=(listed[3],), changed=(listed[1], listed[2]))


def test_a_changed_file_fails_by_default() -> None:
    with pytest.raises(InputError, match=r"1 file.s. changed after they were read, such as 'a'") as caught:
        apply_policy(FileChanges((NEW,), (OLD,)), source())
    assert caught.value.code == "LS203"


def test_a_changed_file_is_read_again_on_reload() -> None:
    assert apply_policy(FileChanges((NEW,), (OLD,)), source(on_changed_file="reload")) == (OLD, NEW)


def test_a_changed_file_is_ignored_on_ignore() -> None:
    assert apply_policy(FileChanges((NEW,), (OLD,)), source(on_changed_file="ignore")) == (NEW,)


def test_a_parked_file_that_changed_is_new() -> None:
    file = FileEntry("a.csv", 9, 2)
    assert compare([file], {"a.csv": (0, 1)}, {"a.csv": "empty"}) == FileChanges((file,), ())
    assert compare([file], {"a.csv": (9, 2)}, {"a.csv": "empty"}) == FileChanges((), ())


def test_a_file_that_could_not_be_opened_is_new_each_time() -> None:
    file = FileEntry("a.csv", 1, 2)
    assert compare([file], {"a.csv": (1, 2)}, {"a.csv": f"{NOT_NOW}permission"}) == FileChanges((file,), ())


def test_a_file_comes_once_however_many_links_lead_to_it(tmp_path: Path) -> None:
    touch(tmp_path, "in/a", "in/day/b")
    (tmp_path / "in" / "Latest").symlink_to("a")
    (tmp_path / "in" / "0_current").symlink_to("day")
    os.link(tmp_path / "in" / "a", tmp_path / "in" / "copy")
    assert names(list_files(None, source(tmp_path / "in", recursive=True)), tmp_path / "in") == ["a", "day/b"]


def test_links_in_a_circle_lead_to_no_file(tmp_path: Path) -> None:
    touch(tmp_path, "a")
    (tmp_path / "again").symlink_to(".")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    assert str(tmp_path / "a") in {entry.path for entry in list_files(None, source(tmp_path, recursive=True))}
    assert len(list_files(None, source(tmp_path))) == 1


def test_a_file_outside_is_read_by_the_name_of_its_link(tmp_path: Path) -> None:
    touch(tmp_path, "out/real", "in/a")
    (tmp_path / "in" / "link").symlink_to("../out/real")
    assert names(list_files(None, source(tmp_path / "in")), tmp_path / "in") == ["a", "link"]


def test_a_link_that_moves_on_to_the_next_file_changes_nothing() -> None:
    listed = [FileEntry("d1", 1, 5), FileEntry("d2", 2, 6, ("latest",))]
    changes = compare(listed, {"d1": (1, 5), "latest": (1, 5)})
    assert [entry.path for entry in changes.new], changes.changed == (["d2"], ())


def test_a_file_that_was_read_by_its_link_is_not_new_by_its_own_name() -> None:
    assert compare([FileEntry("real", 1, 5, ("link",))], {"link": (1, 5)}) == FileChanges((), ())


def test_what_the_system_refuses_to_list_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"cannot be listed: Permission denied") as caught:
        list_files(None, source(tmp_path), "sources.orders.path")
    assert (caught.value.code, caught.value.where) == ("LS214", "sources.orders.path")


def test_files_are_distinguished_where_the_file_system_numbers_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a", "b")
    tell = listing._identity
    monkeypatch.setattr(listing, "_identity", lambda entry, root, stat: tell(entry, root, unnumbered(stat)))
    assert names(list_files(None, source(tmp_path)), tmp_path) == ["a", "b"]


def unnumbered(stat: os.stat_result) -> os.stat_result:
    return os.stat_result((stat.st_mode, 0, 0, 2, *stat[4:10]))
