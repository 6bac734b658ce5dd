"""Files and folders are replaced whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from bertkit.files import digest_files, replaced_folder, write_atomically


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_write_replaces_the_content_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert _names(tmp_path) == {"a.bin"}


def test_written_files_have_the_permissions_of_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "ordinary").write_bytes(b"")
    write_atomically(tmp_path / "atomic", b"")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("ordinary", "atomic")]
    assert modes[0] == modes[1]


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", _disk_full)
    with pytest.raises(OSError, match="full"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert _names(tmp_path) == {"a.bin"}


def test_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "model.mlpackage"
    with replaced_folder(target) as staging:
        (staging / "x").write_text("1")
        assert not target.exists()
    assert (target / "x").read_text() == "1"
    assert _names(tmp_path) == {"model.mlpackage"}


def test_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "model.mlpackage"
    target.mkdir()
    (target / "old").write_text("1")
    with replaced_folder(target) as staging:
        (staging / "new").write_text("2")
    assert _names(target) == {"new"}
    assert _names(tmp_path) == {"model.mlpackage"}


def test_failed_block_keeps_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "model.mlpackage"
    target.mkdir()
    (target / "old").write_text("1")
    with pytest.raises(RuntimeError, match="stop"), replaced_folder(target) as staging:
        (staging / "new").write_text("2")
        raise RuntimeError("stop")
    assert _names(target) == {"old"}
    assert _names(tmp_path) == {"model.mlpackage"}


def test_failed_swap_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "model.mlpackage"
    target.mkdir()
    (target / "old").write_text("1")
    replace = os.replace

    def refuse_the_new_one(source: Path, destination: Path) -> None:
        if destination == target and (Path(source) / "new").exists():
            raise OSError("refused")
        replace(source, destination)

    monkeypatch.setattr(os, "replace", refuse_the_new_one)
    monkeypatch.setattr("bertkit.files._exchange", lambda *_: False)
    with pytest.raises(OSError, match="refused"), replaced_folder(target) as staging:
        (staging / "new").write_text("2")
    assert _names(target) == {"old"}


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="folders are exchanged on Linux and macOS only")
def test_a_folder_is_there_at_every_moment_of_its_replacement(tmp_path: Path) -> None:
    target = tmp_path / "model.mlpackage"
    target.mkdir()
    missing, ended = [], threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if not target.exists():
                missing.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(50):
        with replaced_folder(target) as staging:
            (staging / "new").write_text("2")
    ended.set()
    watcher.join()
    assert not missing
    assert _names(tmp_path) == {"model.mlpackage"}


def test_digest_depends_on_content_order_and_boundaries(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in "abc")
    first.write_bytes(b"12")
    second.write_bytes(b"3")
    third.write_bytes(b"1")
    digests = {digest_files(paths) for paths in ([first, second], [second, first], [third, first], [first])}
    assert len(digests) == 4
    assert digest_files([first, second]) == digest_files([first, second])


def _disk_full(handle: int) -> None:
    raise OSError("disk full")
