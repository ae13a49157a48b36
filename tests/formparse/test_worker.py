from __future__ import annotations

import hashlib
import mmap
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from formparse import worker
from formparse.errors import RefusalCode, refuse
from formparse.returned import Refusal, Returned
from formparse.worker import Job, Limits, read_in_workers
from tests.formparse.fake_reading import LIMITS, read_words

if TYPE_CHECKING:
    from collections.abc import Iterator


def job(text: str) -> Job:
    data = text.encode()
    return Job(name=f"{text}.pdf", sha256=hashlib.sha256(data).hexdigest(), data=data)


def read(*texts: str, workers: int = 2, limits: Limits = LIMITS) -> list[tuple[Returned, ...]]:
    items = (job(text) for text in texts)
    answers = read_in_workers(items, read_words, workers=workers, limits=limits)
    return [returned for _, returned in answers]


def codes(answers: list[tuple[Returned, ...]]) -> list[str]:
    return [
        "+".join(one.code if isinstance(one, Refusal) else "read" for one in returned)
        for returned in answers
    ]


def test_what_a_worker_read_comes_back_equal() -> None:
    one = job("good acme duval")
    [(item, returned)] = read_in_workers([one], read_words, workers=1, limits=LIMITS)
    assert item == one
    assert returned == read_words(one.data, one.name)


def test_a_refusal_comes_back_with_its_english_sentence() -> None:
    [(refusal,)] = read("bad")
    assert isinstance(refusal, Refusal)
    assert "no page of a form" in refusal.message_en


def test_answers_come_in_the_order_of_the_files() -> None:
    texts = [f"good supplier-{number:03}" for number in range(50)]
    assert [one[0].file for one in read(*texts, workers=3)] == [f"{text}.pdf" for text in texts]


def test_an_item_settled_before_keeps_its_place() -> None:
    settled = refuse(RefusalCode.EMPTY_FILE, file="empty.pdf")
    items = [job("good a"), settled, job("good b")]
    answers = list(read_in_workers(items, read_words, workers=2, limits=LIMITS))
    assert codes([returned for _, returned in answers]) == ["read", "empty-file", "read"]
    assert answers[1] == (settled, (settled,))


def test_a_worker_that_dies_costs_its_file_only() -> None:
    assert codes(read("good a", "die", "good b", "raise", "good c", workers=1)) == [
        "read",
        "crashed",
        "read",
        "crashed",
        "read",
    ]


def test_a_worker_that_hangs_is_ended() -> None:
    answers = read("good a", "hang", "good b", limits=Limits(wall_seconds=0.3))
    assert codes(answers) == ["read", "too-slow", "read"]


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on memory elsewhere")
def test_a_worker_that_eats_memory_is_stopped() -> None:
    assert codes(read("eat", "good a", limits=Limits(memory_bytes=1 << 30))) == ["crashed", "read"]


@pytest.mark.skipif(sys.platform != "linux", reason="no limit on memory elsewhere")
def test_what_the_parent_has_mapped_does_not_count_against_a_worker() -> None:
    with mmap.mmap(-1, 1 << 30):
        answers = read("grow", "good a", limits=Limits(memory_bytes=1 << 30))
    assert codes(answers) == ["read", "read"]


@pytest.mark.parametrize(
    "limits", [Limits(answer_bytes=1000), LIMITS], ids=["too-long", "about-another-file"]
)
def test_an_answer_that_is_none_is_a_crash(limits: Limits) -> None:
    assert codes(read("flood", workers=1, limits=limits)) == ["crashed"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_worker_can_write_no_file(tmp_path: Path) -> None:
    path = tmp_path / "written"
    answers = read_in_workers(
        [job(str(path))], write_where_told, workers=1, limits=Limits(files_per_worker=1)
    )
    [(_, (one,))] = answers
    assert one.file == "File too large"
    assert not path.exists() or path.read_bytes() == b""


def write_where_told(data: bytes, name: str) -> tuple[Returned, ...]:
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        Path(data.decode()).write_bytes(b"x")
    except OSError as error:
        return (refuse(RefusalCode.DAMAGED, file=error.strerror, sha256=sha256),)
    return (refuse(RefusalCode.DAMAGED, file="written", sha256=sha256),)


def test_no_answer_at_all_is_a_crash() -> None:
    assert codes(read("nothing")) == ["crashed"]


def test_a_worker_is_replaced_after_so_many_files() -> None:
    limits = Limits(files_per_worker=2)
    pids = [one[0].identity.supplier_id for one in read(*["pid"] * 5, workers=1, limits=limits)]
    assert len(set(pids)) == 3
    assert str(os.getpid()) not in pids


def test_nothing_a_worker_prints_reaches_the_user(capfd: pytest.CaptureFixture[str]) -> None:
    assert codes(read("print a", "raise")) == ["read", "crashed"]
    assert capfd.readouterr() == ("", "")


def test_files_are_taken_as_they_are_needed() -> None:
    taken = 0

    def items() -> Iterator[Job]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield job(f"good {number}")

    answers = read_in_workers(items(), read_words, workers=2, limits=LIMITS)
    next(answers)
    assert taken <= 2 * worker.LOOK_AHEAD_PER_WORKER + 1
    answers.close()


def test_closing_ends_the_workers() -> None:
    answers = read_in_workers(iter([job("pid"), job("hang")]), read_words, workers=2, limits=LIMITS)
    _, (one,) = next(answers)
    answers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(one.identity.supplier_id), 0)


def test_spawned_workers_read_as_forked_ones_do() -> None:
    """With a second thread, forking is not safe, and workers are spawned as on other systems."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        answers = read("good a", "die", "bad", workers=1)
    finally:
        done.set()
        thread.join()
    assert codes(answers) == ["read", "crashed", "not-a-form"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "from tests.formparse.test_worker import *\n"
        "jobs = [job('pid'), job('pid 2'), job('pid 3'), job('hang')]\n"
        "limits = Limits(wall_seconds=0.5, orphan_seconds=0)\n"
        "answers = read_in_workers(jobs, slow_pid, workers=3, limits=limits)\n"
        "for _, (one,) in answers:\n"
        "    print(one.identity.supplier_id, flush=True)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root
    ) as parent:
        assert parent.stdout is not None
        pids = {int(parent.stdout.readline()) for _ in range(3)}
        parent.kill()
    deadline = time.monotonic() + 10
    while any(map(_is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [pid for pid in pids if _is_alive(pid)] == []


def slow_pid(data: bytes, name: str) -> tuple[Returned, ...]:
    time.sleep(0.1)
    return read_words(data, name)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
