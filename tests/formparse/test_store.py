from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from formgen.errors import OutputError
from formparse.errors import DecisionsError, RefusalCode, refuse
from formparse.store import ImportRecord, KeptReading, Store
from tests.formparse.fake_reading import form, tree

PDF = b"%PDF-1.7 not much of one"
SHA = hashlib.sha256(PDF).hexdigest()
RECORD = ImportRecord(name="Retour.PDF", size=len(PDF), imported="2026-03-01T10:00:00Z")
READ = KeptReading(reader="1", returned=(form(PDF, "Retour.PDF", "acme"),))
REFUSED = KeptReading(
    reader="1", returned=(refuse(RefusalCode.ENCRYPTED, file="Retour.PDF", sha256=SHA),)
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "output")
    store.prepare()
    return store


def test_a_kept_file_comes_back_with_all_that_is_known_of_it(store: Store) -> None:
    store.keep(PDF, SHA, RECORD, READ)
    [kept] = store.kept()
    assert (kept.sha256, kept.accepted, kept.path.name) == (SHA, True, f"{SHA}.pdf")
    assert kept.path.read_bytes() == PDF
    assert store.record(SHA) == RECORD
    assert store.reading(SHA) == READ


def test_the_first_name_and_time_stand(store: Store) -> None:
    store.keep(PDF, SHA, RECORD, READ)
    before = tree(store.folder)
    later = ImportRecord(name="other.pdf", size=len(PDF), imported="2027-01-01T00:00:00Z")
    store.keep(PDF, SHA, later, READ)
    assert tree(store.folder) == before


def test_a_refused_file_stands_apart_until_it_can_be_taken(store: Store) -> None:
    store.keep(PDF, SHA, RECORD, REFUSED)
    [kept] = store.kept()
    assert not kept.accepted
    assert kept.path.parent.name == "refused"
    assert store.reading(SHA) == REFUSED
    store.keep(PDF, SHA, RECORD, READ)
    [kept] = store.kept()
    assert kept.accepted
    assert list((store.folder / "refused").iterdir()) == []


def test_an_original_stays_one_when_a_later_reader_refuses_it(store: Store) -> None:
    store.keep(PDF, SHA, RECORD, READ)
    store.keep(PDF, SHA, RECORD, REFUSED)
    [kept] = store.kept()
    assert kept.accepted
    assert store.reading(SHA) == REFUSED


def test_a_move_that_was_interrupted_counts_as_done(store: Store) -> None:
    store.keep(PDF, SHA, RECORD, READ)
    (store.folder / "refused" / f"{SHA}.pdf").write_bytes(PDF)
    [kept] = store.kept()
    assert kept.accepted


@pytest.mark.parametrize(
    ("name", "data", "suffix"),
    [
        ("retour", b"junk\n%PDF-1.7", ".pdf"),
        ("scan.JPG", b"\xff\xd8", ".jpg"),
        ("setup.exe", b"MZ", ".bin"),
        ("../../a.pdf/..", b"text", ".bin"),
    ],
)
def test_a_name_from_outside_gives_at_most_a_known_suffix(
    store: Store, name: str, data: bytes, suffix: str
) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    store.keep(data, sha256, ImportRecord(name=name, size=1, imported=""), REFUSED)
    [kept] = store.kept()
    assert kept.path == store.folder / "refused" / f"{sha256}{suffix}"


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"reader": "1", "returned": [{}]}'])
def test_a_broken_reading_or_record_is_none(store: Store, broken: bytes) -> None:
    store.keep(PDF, SHA, RECORD, READ)
    for folder in ("readings", "imports"):
        (store.folder / folder / f"{SHA}.json").write_bytes(broken)
    assert store.reading(SHA) is None
    assert store.record(SHA) is None


def test_summaries_of_no_supplier_are_removed(store: Store) -> None:
    for supplier_id in ("acme", "duval"):
        store.write_summary(supplier_id, b"{}")
    store.remove_other_summaries({"duval"})
    assert not store.has_summary("acme")
    assert store.has_summary("duval")


def test_what_was_left_half_written_goes(store: Store) -> None:
    for folder in ("originals", "summaries", "."):
        (store.folder / folder / ".formgen-0123.tmp").write_bytes(b"half")
    store.prepare()
    assert tree(store.folder) == {}


def test_catalogs_are_kept_by_content(store: Store) -> None:
    store.keep_catalog(b"{}")
    store.keep_catalog(b"{}")
    assert [path.read_bytes() for path in store.catalogs()] == [b"{}"]
    assert Store(store.folder / "none").catalogs() == ()


def test_a_file_in_the_place_of_the_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "output").touch()
    with pytest.raises(OutputError, match="a file stands where a folder is needed"):
        Store(tmp_path / "output").prepare()


def test_the_lock_leaves_no_trace(store: Store) -> None:
    with store.locked():
        before = tree(store.folder)
    with store.locked():
        pass
    assert tree(store.folder) == before


def test_an_original_comes_back_only_as_what_its_name_says(store: Store) -> None:
    assert store.original(SHA) is None
    store.keep(PDF, SHA, RECORD, READ)
    assert store.original(SHA) == PDF
    [kept] = store.kept()
    kept.path.write_bytes(b"something else")
    assert store.original(SHA) is None


def test_broken_decisions_are_said(store: Store) -> None:
    assert store.decisions(SHA) == ()
    (store.folder / "decisions" / f"{SHA}.json").write_bytes(b"{")
    with pytest.raises(DecisionsError, match=f"{SHA}.json"):
        store.decisions(SHA)


def test_a_review_is_all_that_stands_in_its_folder_but_what_people_put_there(
    store: Store,
) -> None:
    folder = store.write_review({"index.html": b"1", "a.png": b"2", "b.png": b"3"})
    (folder / "decisions.json").write_bytes(b"{}")
    store.write_review({"index.html": b"4", "b.png": b"3"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "index.html": b"4",
        "b.png": b"3",
        "decisions.json": b"{}",
    }
