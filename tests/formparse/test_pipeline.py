from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from formgen.errors import OutputError
from formgen.publish import is_leftover
from formparse.choice import ImportedForm
from formparse.derivation import Summarised
from formparse.grouping import SupplierGroup
from formparse.issued import IssuedForms
from formparse.pipeline import ImportReport, Reader, import_returns, read_files
from formparse.returned import Refusal, Returned, ReturnedForm
from formparse.store import Store
from tests.formparse.fake_reading import form, read_words, reader, summarise, tree

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ROOT = Path(__file__).parents[2]


def run(
    paths: Iterable[Path],
    folder: Path,
    *,
    by: Reader | None = None,
    now: dt.datetime = NOON,
    everything: bool = False,
) -> ImportReport:
    store = Store(folder)
    store.prepare()
    return import_returns(
        paths,
        store,
        by or reader(),
        summarise,
        now=now,
        progress=lambda _done, _total: None,
        everything=everything,
    )


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def summaries(folder: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (folder / "summaries").iterdir()}


def test_what_was_imported_stands_in_the_store(tmp_path: Path) -> None:
    inbox = write(tmp_path / "in", {"a.pdf": "good acme", "sub/b.pdf": "good duval acme"})
    report = run([inbox], tmp_path / "out")
    assert (report.imported, report.known, report.refused) == (2, 0, ())
    assert report.rows == ({"id": "acme", "returns": 2}, {"id": "duval", "returns": 1})
    originals = {path.read_text() for path in (tmp_path / "out" / "originals").iterdir()}
    assert originals == {"good acme", "good duval acme"}
    assert b"b.pdf good duval acme" in summaries(tmp_path / "out")["acme"]


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    inbox = write(tmp_path / "in", {"a.pdf": "good acme", "b.pdf": "bad", "c.pdf": "partly duval"})
    first = run([inbox], tmp_path / "out")
    before = tree(tmp_path / "out")
    again = run([inbox], tmp_path / "out", now=NOON + dt.timedelta(days=1))
    assert tree(tmp_path / "out") == before
    assert again.refused == first.refused
    assert [one.code for one in again.refused] == ["not-a-form", "unknown-version"]
    assert (again.imported, again.known, again.rows) == (0, 2, first.rows)


def test_everything_again_changes_nothing(tmp_path: Path) -> None:
    inbox = write(tmp_path / "in", {"a.pdf": "good acme", "b.pdf": "bad"})
    run([inbox], tmp_path / "out")
    before = tree(tmp_path / "out")
    report = run([], tmp_path / "out", everything=True)
    assert tree(tmp_path / "out") == before
    assert report.reread == 1


def test_only_the_suppliers_concerned_are_summarised_again(tmp_path: Path) -> None:
    run([write(tmp_path / "in", {"a": "good acme", "d": "good duval"})], tmp_path / "out")
    made = []

    def spy(
        group: SupplierGroup, sources: tuple[ImportedForm, ...], sent: tuple[str, ...]
    ) -> Summarised:
        made.append(group.id)
        return summarise(group, sources, sent)

    store = Store(tmp_path / "out")
    more = write(tmp_path / "more", {"a2": "good acme 2"})
    import_returns([more], store, reader(), spy, now=NOON, progress=lambda _done, _total: None)
    assert made == ["2", "acme"]


def test_a_supplier_that_is_none_any_more_loses_its_summary(tmp_path: Path) -> None:
    """A return without id stands under its company's name until one with an id bears that name."""
    run([write(tmp_path / "in", {"a": "noid"})], tmp_path / "out", by=reader(read_without_id))
    [by_name] = summaries(tmp_path / "out")
    run([write(tmp_path / "in", {"b": "good acme"})], tmp_path / "out", by=reader(read_without_id))
    assert by_name != "acme"
    assert set(summaries(tmp_path / "out")) == {"acme"}


def read_without_id(data: bytes, name: str) -> tuple[Returned, ...]:
    return (form(data, name, None),) if data == b"noid" else read_words(data, name)


def test_a_refused_file_is_kept_unless_there_is_nothing_to_keep(tmp_path: Path) -> None:
    inbox = write(tmp_path / "in", {"bad.pdf": "bad", "dead.pdf": "die", "large.pdf": "x" * 1001})
    report = run([inbox, tmp_path / "missing.pdf"], tmp_path / "out")
    assert [(one.file, one.code) for one in report.refused] == [
        ("bad.pdf", "not-a-form"),
        ("dead.pdf", "crashed"),
        ("large.pdf", "too-large"),
        ("missing.pdf", "unreadable-file"),
    ]
    assert {path.read_text() for path in (tmp_path / "out" / "refused").iterdir()} == {"bad", "die"}
    assert list((tmp_path / "out" / "originals").iterdir()) == []


def test_a_later_reader_takes_what_an_earlier_one_refused(tmp_path: Path) -> None:
    inbox = write(tmp_path / "in", {"b.pdf": "bad"})
    run([inbox], tmp_path / "out")
    shutil.rmtree(inbox)
    report = run([], tmp_path / "out", by=reader(read_leniently, "2"))
    assert (report.imported, report.refused) == (1, ())
    assert b"b.pdf" in summaries(tmp_path / "out")["later"]
    assert list((tmp_path / "out" / "refused").iterdir()) == []


def read_leniently(data: bytes, name: str) -> tuple[Returned, ...]:
    return (form(data, name, "later"),)


def test_what_a_file_said_is_not_forgotten_when_its_worker_dies_later(tmp_path: Path) -> None:
    run([write(tmp_path / "in", {"a.pdf": "good acme"})], tmp_path / "out")
    before = summaries(tmp_path / "out")
    report = run([], tmp_path / "out", by=reader(read_and_die, "2"))
    assert [one.code for one in report.refused] == ["crashed"]
    assert summaries(tmp_path / "out") == before


def read_and_die(data: bytes, name: str) -> None:
    os._exit(1)


@pytest.mark.parametrize("lost", ["imports", "readings", "summaries", "index.json"])
def test_what_was_lost_is_made_again(tmp_path: Path, lost: str) -> None:
    run([write(tmp_path / "in", {"a.pdf": "good acme"})], tmp_path / "out")
    before = summaries(tmp_path / "out")
    path = tmp_path / "out" / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    run([tmp_path / "in"], tmp_path / "out")
    assert summaries(tmp_path / "out") == before


def test_one_content_under_two_names_counts_once_and_is_said(tmp_path: Path) -> None:
    inbox = write(tmp_path / "in", {"a.pdf": "good acme", "b.pdf": "good acme"})
    report = run([inbox], tmp_path / "out")
    assert (report.imported, report.repeated) == (1, (("b.pdf", "a.pdf"),))


def test_folders_are_walked_past_what_is_no_return(tmp_path: Path) -> None:
    inbox = write(
        tmp_path / "in",
        {
            "b/z.pdf": "good z",
            "b/a.pdf": "good a",
            ".DS_Store": "",
            "Thumbs.db": "",
            "~$a.docx": "",
            "half.pdf.part": "",
            ".hidden/c.pdf": "good c",
            "output/forms/Q1.pdf": "good blank",
        },
    )
    (inbox / "link.pdf").symlink_to(inbox / "b" / "a.pdf")
    os.mkfifo(inbox / "pipe")
    report = run([inbox], inbox / "output")
    assert [row["id"] for row in report.rows] == ["a", "z"]
    assert (report.imported, report.skipped) == (2, 7)
    again = run([inbox], inbox / "output")
    assert (again.imported, again.known, again.refused) == (0, 2, ())


def test_a_thousand_files_of_which_three_are_bad(tmp_path: Path) -> None:
    texts = {f"{number:04}.pdf": f"good acme {number % 10}" + f"#{number}" for number in range(997)}
    bad = {"empty.pdf": "die", "not.pdf": "bad", "other.pdf": "raise"}
    report = run([write(tmp_path / "in", texts | bad)], tmp_path / "out")
    assert report.imported == 997
    assert sorted(one.file for one in report.refused) == sorted(bad)
    assert all(one.file in one.message for one in report.refused)


def test_read_gives_one_answer_per_file_in_order(tmp_path: Path) -> None:
    write(tmp_path, {"a.pdf": "good acme duval", "b.pdf": "bad", "c.pdf": "die"})
    seen: list[tuple[int, int]] = []
    paths = [tmp_path / name for name in ("c.pdf", "none.pdf", "a.pdf", "b.pdf")]
    answers = list(read_files(paths, reader(), lambda done, total: seen.append((done, total))))
    assert [[one.file for one in returned] for returned in answers] == [
        ["c.pdf"],
        ["none.pdf"],
        ["a.pdf", "a.pdf"],
        ["b.pdf"],
    ]
    assert [one.code for one in answers[1] if isinstance(one, Refusal)] == ["unreadable-file"]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "c.pdf"]


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "summaries").touch()
    with pytest.raises(OutputError):
        run([write(tmp_path / "in", {"a.pdf": "good acme"})], tmp_path / "out")


SCRIPT = """
import sys, time
from pathlib import Path
from tests.formparse.test_pipeline import *
def slow(data, name):
    time.sleep(0.002)
    return read_words(data, name)
run([Path(sys.argv[1])], Path(sys.argv[2]), by=reader(slow, workers=2))
"""


def start(inbox: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(inbox), str(out)], cwd=ROOT)


def many(tmp_path: Path) -> Path:
    suppliers = ("acme", "duval", "martin")
    return write(
        tmp_path / "in",
        {f"{number}.pdf": f"good {suppliers[number % 3]} s{number}" for number in range(60)}
        | {"bad.pdf": "bad"},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_an_import_killed_at_any_moment_is_completed_by_the_next(tmp_path: Path) -> None:
    inbox = many(tmp_path)
    run([inbox], tmp_path / "whole")
    seeded = random.Random(4)
    cut_short = 0
    for attempt in range(6):
        out = tmp_path / f"out-{attempt}"
        for _ in range(2):
            with start(inbox, out) as process:
                time.sleep(seeded.uniform(0.1, 0.6))
                process.send_signal(signal.SIGKILL)
            cut_short += process.returncode == -signal.SIGKILL
        run([inbox], out)
        assert {name: data for name, (data, _) in tree(out).items()} == {
            name: data for name, (data, _) in tree(tmp_path / "whole").items()
        }
    assert cut_short > 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_run_without_files_completes_a_killed_one(tmp_path: Path) -> None:
    inbox = many(tmp_path)
    out = tmp_path / "out"
    with start(inbox, out) as process:
        while not any((out / "originals").glob("[0-9a-f]*")) and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    (tmp_path / "empty").mkdir()
    run([tmp_path / "empty"], out)
    kept = {path.stem for path in (out / "originals").iterdir()}
    assert kept
    assert {path.stem for path in (out / "readings").iterdir()} >= kept
    assert summaries(out)
    assert not [name for name in tree(out) if is_leftover(Path(name).name)]


def test_two_imports_at_once_give_what_one_gives(tmp_path: Path) -> None:
    inbox = many(tmp_path)
    run([inbox], tmp_path / "one")
    both = [start(inbox, tmp_path / "two") for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert {name: data for name, (data, _) in tree(tmp_path / "two").items()} == {
        name: data for name, (data, _) in tree(tmp_path / "one").items()
    }


def test_what_was_sent_names_the_owner_of_a_nameless_return(tmp_path: Path) -> None:
    """A scan has no supplier id; its form id leads to the register of forms sent."""
    issued = IssuedForms(
        supplier_of={"ABCD2345": "acme"},
        questionnaires_of={"acme": ("Q1", "Q3"), "bolt": ("Q1",)},
        name_of={"acme": "Acme", "bolt": "Bolt"},
    )
    store = Store(tmp_path / "out")
    store.prepare()
    given = [write(tmp_path / "in", {"a": "noid"})]

    def read_with_form_id(data: bytes, name: str) -> tuple[Returned, ...]:
        forms = read_without_id(data, name)
        return tuple(
            replace(one, identity=replace(one.identity, form_id="ABCD2345"))
            for one in forms
            if isinstance(one, ReturnedForm)
        )

    report = import_returns(
        given,
        store,
        reader(read_with_form_id),
        summarise,
        now=NOON,
        progress=lambda _done, _total: None,
        issued=issued,
    )
    assert [row["id"] for row in report.rows] == ["acme"]
    assert b"Q1\nQ3" in summaries(tmp_path / "out")["acme"]
    assert report.silent == ("Bolt",)
