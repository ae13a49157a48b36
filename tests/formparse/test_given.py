"""Which files a user means, whatever they are called and however deep they lie."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from formparse.given import find_files


def test_folders_may_be_nested_deeper_than_calls(tmp_path: Path) -> None:
    start = os.open(tmp_path, os.O_RDONLY)
    where = start
    try:
        for _ in range(1020):
            os.mkdir("d", dir_fd=where)
            inner = os.open("d", os.O_RDONLY, dir_fd=where)
            if where != start:
                os.close(where)
            where = inner
        os.close(os.open("a.pdf", os.O_CREAT | os.O_WRONLY, dir_fd=where))
        found = find_files([tmp_path])
        assert [path.name for path in found.paths] == ["a.pdf"]
    finally:
        os.close(where)
        os.close(start)
        # shutil calls itself for each folder.
        subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


def test_files_come_in_order_and_links_are_passed_over(tmp_path: Path) -> None:
    for name in ("b/2.pdf", "b/1.pdf", "a.pdf", "c.pdf", ".hidden.pdf", "b/~$1.pdf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "link.pdf").symlink_to("a.pdf")
    (tmp_path / "loop").symlink_to(".")
    found = find_files([tmp_path])
    names = [path.relative_to(tmp_path).as_posix() for path in found.paths]
    assert names == ["a.pdf", "b/1.pdf", "b/2.pdf", "c.pdf"]
    assert found.skipped == 4


def test_what_is_passed_over_is_not_looked_at(tmp_path: Path) -> None:
    for name in ("in/store/a.pdf", "in/b.pdf", "elsewhere/c.pdf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "other-name").symlink_to("in/store")
    found = find_files(
        [tmp_path / "in"], passed_over=[tmp_path / "other-name", tmp_path / "absent"]
    )
    assert [path.name for path in found.paths] == ["b.pdf"]
