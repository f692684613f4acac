"""Every edit, deletion, reorder and insertion is found, and its place is named."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3

import pytest

from ir_sim.errors import RecordError
from ir_sim.records.canonical import canonical
from ir_sim.records.chain import Link
from ir_sim.records.keys import Signer
from ir_sim.records.store import open_log
from tests.records.made import made_run, recording_of

RUNS = 12
TABLES = (
    "store", "workstation", "entry", "person", "scenario", "rubric", "software", "ruler",
    "error_code", "run", "run_error", "recording",
)  # fmt: skip


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A folder with a log of everything that a log can hold."""
    home = tmp_path_factory.mktemp("clean")
    with open_log(home=home) as log:
        for k in range(RUNS):
            log.add(made_run(k, trainee=f"R0{k % 3}"), recording_of(k))
        log.place("R01", cohort="2026", level="PGY-2")
        log.let_sign_in("R01", "a-long-pass-word")
        log.erase("R02")
        log.retract(made_run(4).run_id, "test")
        assert log.verify() == []
        with log.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


@pytest.fixture
def copy(clean, tmp_path):
    """A copy of it that may be harmed."""
    home = tmp_path / "home"
    shutil.copytree(clean, home)
    return home


def findings_of(home):
    """What ``verify`` says, or the one line of an error."""
    try:
        with open_log(home=home, read_only=True) as log:
            return [str(f) for f in log.verify()]
    except RecordError as error:
        return [str(error)]


def edit(home, *statements):
    """Change the database behind the program's back."""
    with sqlite3.connect(home / "scores.sqlite", isolation_level=None) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        for statement, *values in statements:
            raw.execute(statement, values)
    raw.close()


def changed(value, rng):
    """A value with one byte, digit or sign changed."""
    if isinstance(value, bytes):
        place = rng.randrange(len(value))
        return value[:place] + bytes([value[place] ^ (1 << rng.randrange(8))]) + value[place + 1 :]
    if isinstance(value, str):
        if not value:
            return "x"
        place = rng.randrange(len(value))
        other = chr((ord(value[place]) ^ (1 << rng.randrange(5))) or 1)
        return value[:place] + other + value[place + 1 :]
    if isinstance(value, float):
        return value + rng.choice([1.0, -0.01, 1e-6 * max(abs(value), 1.0)])
    if isinstance(value, int):
        return value + rng.choice([1, -1, 7])
    return rng.choice([1, "x"])


def is_id(value):
    """Whether a value is a run's id."""
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4


def test_two_hundred_random_edits_of_a_value(clean, tmp_path):
    rng = random.Random(20261124)
    home = tmp_path / "home"
    number = 0
    while number < 200:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(clean, home)
        with sqlite3.connect(home / "scores.sqlite") as raw:
            table = rng.choice(TABLES)
            columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
            rows = raw.execute(f"SELECT * FROM {table}").fetchall()
            row = rng.choice(rows)
            place = rng.randrange(len(columns))
            value = changed(row[place], rng)
            same = " AND ".join(f"{name} IS ?" for name in columns)
            try:
                raw.execute(f"UPDATE {table} SET {columns[place]}=? WHERE {same}", (value, *row))
            except sqlite3.IntegrityError:
                continue  # SQLite itself refuses it: another one
        raw.close()
        number += 1
        found = findings_of(home)
        what = f"{number}: {table}.{columns[place]} {row[place]!r} -> {value!r}"
        assert found, f"not found: {what}"
        if table in {"entry", "run", "run_error"} and columns[place] not in {"seq", "run_id"}:
            names = (f"entry {row[columns.index('seq')]}", *(v for v in row if is_id(v)))
            assert any(name in f for f in found for name in names), (what, found)


def test_fifty_random_deletions(clean, tmp_path):
    rng = random.Random(7)
    home = tmp_path / "home"
    for _ in range(50):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(clean, home)
        table = rng.choice(TABLES)
        with sqlite3.connect(home / "scores.sqlite") as raw:
            row = rng.choice(raw.execute(f"SELECT * FROM {table}").fetchall())
            columns = [c[1] for c in raw.execute(f"PRAGMA table_info({table})")]
            same = " AND ".join(f"{name} IS ?" for name in columns)
            raw.execute(f"DELETE FROM {table} WHERE {same}", row)
        raw.close()
        found = findings_of(home)
        assert found, f"not found: a row of {table} deleted: {row!r}"
        if table in {"entry", "run", "run_error"}:
            names = (f"entry {row[columns.index('seq')]}" if "seq" in columns else "", *row)
            ids = [v for v in names if is_id(v) or (isinstance(v, str) and v.startswith("entry "))]
            assert any(name in f for f in found for name in ids), (table, row, found)


def test_fifty_random_bytes_of_the_file(clean, tmp_path):
    """A flipped byte of the file either harms nothing that is stored, or is found."""
    rng = random.Random(11)
    home = tmp_path / "home"
    shutil.copytree(clean, home)
    path = home / "scores.sqlite"
    whole = path.read_bytes()
    before = dump_of(path)
    done = 0
    while done < 50:
        place = rng.randrange(100, len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        if findings_of(home):
            done += 1
        else:  # room that nothing is stored in: another one
            assert dump_of(path) == before, f"byte {place} changed what is stored, unseen"


def dump_of(path):
    """All that is stored, or None if it cannot be read."""
    raw = sqlite3.connect(path)
    try:
        return [raw.execute(f"SELECT * FROM {t}").fetchall() for t in TABLES]
    except sqlite3.Error:
        return None
    finally:
        raw.close()


@pytest.mark.parametrize("column", ["document", "previous", "hash", "signature", "logged_utc"])
def test_an_edited_entry_is_named(copy, column):
    # a hash may well hold no 1: then its 0 is another 3, and so on
    other = f"replace(replace(replace({column}, '1', '2'), '0', '3'), 'a', 'b')"
    edit(copy, (f"UPDATE entry SET {column} = {other} WHERE seq = 9",))
    assert any(line.startswith("entry 9:") for line in findings_of(copy))


def test_a_deleted_run_is_named(copy):
    for table in ("run_error", "run", "entry"):
        edit(copy, (f"DELETE FROM {table} WHERE seq = 7",))
    found = findings_of(copy)
    assert any("entry 7 before it is missing" in line for line in found)


def test_two_entries_that_changed_places_are_named(copy):
    swap = "UPDATE entry SET seq = ? WHERE seq = ?"
    edit(copy, (swap, 999, 8), (swap, 8, 9), (swap, 9, 999))
    found = findings_of(copy)
    assert any(line.startswith("entry 8:") for line in found)
    assert any(line.startswith("entry 9:") for line in found)


def test_renumbered_entries_after_a_deletion_are_named(copy):
    edit(
        copy,
        ("DELETE FROM run_error WHERE seq = 7",),
        ("DELETE FROM run WHERE seq = 7",),
        ("DELETE FROM entry WHERE seq = 7",),
        ("UPDATE entry SET seq = -(seq - 1) WHERE seq > 7",),
        ("UPDATE entry SET seq = -seq WHERE seq < 0",),
    )
    assert any(line.startswith("entry 7:") for line in findings_of(copy))


def test_a_cut_off_end_is_found_by_this_workstation(copy):
    with sqlite3.connect(copy / "scores.sqlite") as raw:
        (last,) = raw.execute("SELECT max(seq) FROM entry").fetchone()
        (digest,) = raw.execute("SELECT hash FROM entry WHERE seq = ?", (last - 1,)).fetchone()
    raw.close()
    edit(
        copy,
        ("DELETE FROM entry WHERE seq = ?", last),
        ("UPDATE store SET head_seq = ?, head_hash = ?", last - 1, digest),
        ("UPDATE run SET retracted_seq = NULL",),
    )
    found = findings_of(copy)
    assert any("cut off" in line for line in found)


def test_a_chain_that_was_hashed_again_is_found_by_its_signatures(copy):
    rehash(copy, lambda document: document.update(total=99.0), sign=None)
    assert any("signature" in line for line in findings_of(copy))


def test_a_chain_that_was_signed_again_by_a_stranger_is_found(copy):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    stranger = Signer(Ed25519PrivateKey.generate())
    rehash(copy, lambda document: document.update(total=99.0), sign=stranger)
    found = findings_of(copy)
    assert any("signature" in line for line in found)
    assert any("wrote another entry" in line for line in found)


def rehash(home, change, sign):
    """Do what a clever forger would: change a run, and compute the chain anew from there."""
    with sqlite3.connect(home / "scores.sqlite") as raw:
        names = list(Link.__dataclass_fields__)
        rows = raw.execute(f"SELECT {','.join(names)}, hash FROM entry ORDER BY seq").fetchall()
        previous, done = None, False
        for *fields, digest in rows:
            values = dict(zip(names, fields, strict=True))
            if values["kind"] == "run" and not done:
                document = json.loads(values["document"])
                change(document)
                values["document"] = canonical(document)
                raw.execute(
                    "UPDATE run SET total = ? WHERE seq = ?", (document["total"], values["seq"])
                )
                done = True
            if done and previous:
                values["previous"] = previous
            link = Link(**values)
            previous = link.hash if done else digest
            if done:
                raw.execute(
                    "UPDATE entry SET document=?, previous=?, hash=? WHERE seq=?",
                    (link.document, link.previous, link.hash, link.seq),
                )
                if sign is not None:
                    raw.execute(
                        "UPDATE entry SET signature=? WHERE seq=?",
                        (sign.sign(link.hash), link.seq),
                    )
        raw.execute("UPDATE store SET head_hash = ?", (previous,))
    raw.close()


def test_an_inserted_run_is_named(copy):
    edit(
        copy,
        (
            "INSERT INTO entry SELECT 99, 'x', kind, document, logged_utc, key_id, previous, hash,"
            " signature, origin FROM entry WHERE seq = 9",
        ),
    )
    assert any(line.startswith("entry 99:") for line in findings_of(copy))


def test_two_people_who_changed_names_are_found(copy):
    edit(
        copy,
        ("UPDATE person SET pseudonym = 'tmp' WHERE pseudonym = 'R00'",),
        ("UPDATE person SET pseudonym = 'R00' WHERE pseudonym = 'R01'",),
        ("UPDATE person SET pseudonym = 'R01' WHERE pseudonym = 'tmp'",),
    )
    found = findings_of(copy)
    assert any("person R00" in line for line in found)
    assert any("person R01" in line for line in found)


def test_a_run_given_to_another_person_is_named(copy):
    edit(copy, ("UPDATE run SET person_no = 1 WHERE person_no = 2",))
    assert any("person table" in line for line in findings_of(copy))
