from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from formgen.errors import ExitCode, OutputError
from formgen.language import Lang
from formgen.publish import (
    LEFTOVER_PREFIX,
    LEFTOVER_SUFFIX,
    is_leftover,
    output_error,
    prepare_folder,
    publish,
    sweep_leftovers,
    sync_folder,
)


@pytest.mark.parametrize("durable", [True, False])
def test_written_bytes_stand_there_and_nothing_else(tmp_path: Path, *, durable: bool) -> None:
    path = tmp_path / "a.json"
    assert publish(path, b"one", durable=durable)
    assert publish(path, b"two", durable=durable)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.json", b"two")]


def test_equal_bytes_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    publish(path, b"same")
    os.utime(path, ns=(1, 1))
    assert not publish(path, b"same")
    assert path.stat().st_mtime_ns == 1
    assert publish(path, b"more")


def test_a_write_that_fails_leaves_the_old_bytes_and_no_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    publish(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        publish(path, b"new")
    assert "plus de place" in caught.value.message(Lang.FR)
    assert caught.value.exit_code is ExitCode.OUTPUT
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.json", b"old")]


def test_a_file_swept_by_another_run_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    swept = []
    fsync = os.fsync

    def sweep_once(handle: int) -> None:
        fsync(handle)
        if not swept:
            swept.append(sweep_leftovers(tmp_path))

    monkeypatch.setattr(os, "fsync", sweep_once)
    assert publish(path, b"bytes")
    assert swept == [1]
    assert path.read_bytes() == b"bytes"


def test_leftovers_are_swept_and_only_they(tmp_path: Path) -> None:
    leftover = f"{LEFTOVER_PREFIX}0123{LEFTOVER_SUFFIX}"
    for name in (leftover, ".formgen-note", "report.tmp"):
        (tmp_path / name).touch()
    assert is_leftover(leftover)
    assert sweep_leftovers(tmp_path) == 1
    assert {path.name for path in tmp_path.iterdir()} == {".formgen-note", "report.tmp"}
    assert sweep_leftovers(tmp_path / "missing") == 0


def test_a_process_killed_while_writing_leaves_the_old_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    publish(path, b"old")
    script = (
        "import os, sys; from pathlib import Path; from formgen.publish import publish\n"
        "os.fsync = lambda handle: os.kill(os.getpid(), 9)\n"
        f"publish(Path({str(path)!r}), b'new')\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert done.returncode != 0
    assert path.read_bytes() == b"old"
    assert sweep_leftovers(tmp_path) == 1


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "output").touch()
    for write in (
        lambda: prepare_folder(tmp_path / "output"),
        lambda: prepare_folder(tmp_path / "output" / "forms"),
        lambda: publish(tmp_path / "output" / "a.json", b""),
    ):
        with pytest.raises(OutputError) as caught:
            write()
        assert "un fichier occupe la place du dossier" in caught.value.message(Lang.FR)
        assert "a file stands where a folder is needed" in caught.value.message(Lang.EN)


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="this folder is gone"):
        publish(tmp_path / "gone" / "a.json", b"bytes")


def test_a_folder_where_the_file_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(OutputError, match="a folder stands where a file is needed"):
        publish(tmp_path / "a.json", b"bytes")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "accès refusé"),
        (errno.EROFS, "lecture seule"),
        (errno.EIO, "erreur du disque"),
    ],
)
def test_each_reason_has_its_words(number: int, words: str) -> None:
    error = output_error(Path("out/a.json"), OSError(number, os.strerror(number)))
    message = error.message(Lang.FR)
    assert words in message
    assert message.startswith("out/a.json : ")


def test_names_are_synced_where_the_system_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    sync_folder(tmp_path)
    assert len(synced) == (os.name != "nt")


@pytest.mark.skipif(os.name == "nt", reason="Windows does not sync folders")
def test_a_folder_that_knows_no_sync_is_left_and_a_broken_disk_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_with(number: int) -> None:
        def fsync(_: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fsync)

    fail_with(errno.EINVAL)
    sync_folder(tmp_path)
    fail_with(errno.EIO)
    with pytest.raises(OutputError):
        sync_folder(tmp_path)


def test_the_last_step_is_a_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    publish(path, b"old")

    def fail(_: Path, __: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError):
        publish(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a.json", b"old")]
