"""Export and import: what goes out comes back, formats are what they say they are."""

from __future__ import annotations

import csv
import json
import re
import tempfile
import threading
import uuid
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.errors import RecordError
from ir_sim.records.columns import COLUMNS
from ir_sim.records.export import export
from ir_sim.records.importing import import_runs
from ir_sim.records.lrs import RecordStore
from ir_sim.records.reading import RunFilter
from ir_sim.records.record import RunError, RunMetric
from ir_sim.records.store import open_log
from ir_sim.records.xapi import statements_of
from tests.records.made import made_run, recording_of

EVERY = RunFilter()


@pytest.fixture
def full(tmp_path):
    """A log with a bit of everything."""
    with open_log(home=tmp_path / "home") as log:
        for k in range(9):
            log.add(made_run(k, trainee=f"R0{k % 2}"), recording_of(k))
        log.add(made_run(9, status="interrupted", total=None, passed=False))
        log.place("R01", cohort="2026", level="PGY-2")
        log.retract(made_run(2).run_id, "test")
        yield log


def documents(log):
    """What the runs are, whoever's and wherever logged."""
    out = []
    for run in log.runs():
        plain = run.plain
        plain.pop("imported_from")
        out.append((run.retracted, plain))
    return out


def test_csv_has_the_documented_columns_and_comes_back(full, tmp_path):
    assert export(full, EVERY, "csv", tmp_path / "runs.csv") == 10
    with (tmp_path / "runs.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    assert {row["simulated"] for row in rows} == {"true"}
    assert rows[9]["total"] == ""
    for row, run in zip(rows, full.runs(), strict=True):
        assert row["run_id"] == run.document["run_id"]
        if run.document["total"] is not None:
            assert float(row["total"]) == run.document["total"]
        assert float(row["kap_gy_cm2"]) == run.document["metrics"]["kap_gy_cm2"]["value"]
    with open_log(home=tmp_path / "other") as other:
        done = import_runs(other, tmp_path / "runs.csv")
        assert (done.new, done.already) == (10, 0)
        assert import_runs(other, tmp_path / "runs.csv").new == 0
        totals = [(r.document["total"], r.retracted) for r in other.runs()]
        assert totals == [(r.document["total"], r.retracted) for r in full.runs()]
        assert other.verify() == []


def test_json_lines_come_back_whole(full, tmp_path):
    export(full, EVERY, "jsonl", tmp_path / "runs.jsonl")
    with open_log(home=tmp_path / "other") as other:
        assert import_runs(other, tmp_path / "runs.jsonl").new == 10
        assert documents(other) == documents(full)
        assert other.verify() == []


def test_a_log_is_taken_over_with_recordings_and_first_signatures(full, tmp_path):
    with open_log(home=tmp_path / "other") as other:
        other.add(made_run(3, trainee="R01"), recording_of(3))  # the same run came by another way
        done = import_runs(other, full.home / "scores.sqlite")
        assert (done.new, done.already) == (9, 1)
        assert other.verify() == []
        for run in other.runs():
            if run.document["recording_kept"]:
                assert other.recording(run.document["irrun_sha256"])
        assert {p.pseudonym: p.cohort for p in other.people()} == {"R00": None, "R01": "2026"}
        with open_log(home=tmp_path / "third") as third:
            assert import_runs(third, other.home / "scores.sqlite").new == 10
            assert third.verify() == []
    with pytest.raises(RecordError, match="same score log"):
        import_runs(full, full.home / "scores.sqlite")


def test_a_table_of_an_older_log(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(
        "trainee,scenario_id,started_utc,total,contrast_ml\n"
        "R01,renal,2024-03-01,71.5,30\nR01,renal,2024-03-02T10:00:00+01:00,,12\n"
    )
    with open_log(home=tmp_path / "home") as log:
        assert import_runs(log, path).new == 2
        assert import_runs(log, path).new == 0
        first, second = log.runs()
        assert first.document["started_utc"] == "2024-03-01T00:00:00.000Z"
        assert second.document["started_utc"] == "2024-03-02T09:00:00.000Z"
        assert second.document["status"] == "interrupted"
        assert first.document["imported_from"] == "old.csv"
        assert first.document["metrics"]["contrast_ml"]["value"] == 30.0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"trainee,total\nR01,4\n", ":1: missing columns: scenario_id, started_utc"),
        (
            "b.csv",
            b"trainee,scenario_id,started_utc,total\nR01,c,2024-01-01,7\nR01,c,2024-01-01,777\n",
            ":3: total",
        ),
        ("c.csv", b"trainee,scenario_id,started_utc,total\nR01,c,yesterday,7\n", "not a date"),
        ("d.jsonl", b'{"run": 3}\n', ":1: this line is not a run"),
        ("e.bin", b"\xff\xfe\x00\x01" * 9, "neither a score log"),
    ],
)
def test_bad_imports_name_the_line(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with open_log(home=tmp_path / "home") as log:
        with pytest.raises(RecordError) as error:
            import_runs(log, tmp_path / name)
        assert words in str(error.value)
        assert "\n" not in str(error.value)


def test_a_title_is_never_a_formula(tmp_path):
    title = "=cmd|' /C calc'!A0"
    with open_log(home=tmp_path / "home") as log:
        log.add(made_run(1, scenario_title=title))
        export(log, EVERY, "csv", tmp_path / "x.csv")
        text = (tmp_path / "x.csv").read_text()
        assert ",=cmd" not in text
        with open_log(home=tmp_path / "other") as other:
            import_runs(other, tmp_path / "x.csv")
            assert next(other.runs()).document["scenario_title"] == title


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
NUMBERS = st.floats(-1e9, 1e9)


@settings(max_examples=8, deadline=None)
@given(title=WORDS, reason=WORDS, value=NUMBERS, total=st.floats(0, 100), code=WORDS)
def test_whatever_a_case_says_comes_back(title, reason, value, total, code):
    """Any text and number: logged, verified, exported and imported without a change."""
    record = made_run(
        1,
        scenario_title=title,
        gate_reasons=(reason,),
        total=total,
        metrics={"contrast_ml": RunMetric(value=value, reference=value, source=reason)},
        errors=(RunError(code=f"x{code}", weight=2, time_s=1.5, text=title, place_mm=(value, 0)),),
    )
    with tempfile.TemporaryDirectory() as folder, open_log(home=Path(folder) / "a") as log:
        log.add(record)
        assert next(log.runs()).record == record
        assert log.verify() == []
        for form in ("jsonl", "csv"):
            path = Path(folder) / f"runs.{form}"
            export(log, EVERY, form, path)
            with open_log(home=Path(folder) / form) as other:
                import_runs(other, path)
                (found,) = other.runs()
                back = found.record
            assert back.total == record.total
            assert back.metrics == record.metrics
            if form == "jsonl":
                assert back == record.model_copy(update={"imported_from": "runs.jsonl"})


def test_parquet_and_excel(full, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    openpyxl = pytest.importorskip("openpyxl")
    export(full, EVERY, "parquet", tmp_path / "runs.parquet")
    table = parquet.read_table(tmp_path / "runs.parquet")
    assert table.column_names == [column.name for column in COLUMNS]
    runs = list(full.runs())
    assert table["total"].to_pylist() == [run.document["total"] for run in runs]
    assert table["simulated"].to_pylist() == [True] * 10
    export(full, EVERY, "xlsx", tmp_path / "runs.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "runs.xlsx")["runs"]
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    place = rows[0].index("total")
    assert [row[place] for row in rows[1:]] == [run.document["total"] for run in runs]


def test_an_export_replaces_a_file_only_when_it_is_whole(full, tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("before")
    with pytest.raises(RecordError, match="cannot be written"):
        export(full, EVERY, "csv", tmp_path / "no" / "runs.csv")
    with pytest.raises(RecordError, match="needs a file"):
        export(full, EVERY, "xlsx", None)

    class StopError(Exception):
        pass

    def stop(_count):
        raise StopError

    full.add_many([(made_run(k, seed=5), None, None) for k in range(1000)])
    with pytest.raises(StopError):
        export(full, EVERY, "csv", path, progress=stop)
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.glob("*.part")] == []


IRI = re.compile(r"^[a-z][a-z0-9+.-]*:\S+$")


def check_statement(s):
    """The rules of xAPI 1.0.3, part 2, that concern these statements; written from its text."""
    assert set(s) <= {
        "id", "actor", "verb", "object", "result", "context", "timestamp", "attachments",
    }  # fmt: skip
    assert str(uuid.UUID(s["id"])) == s["id"]
    account = s["actor"]["account"]
    assert set(s["actor"]) <= {"objectType", "name", "account"}
    assert set(account) == {"homePage", "name"}
    assert IRI.match(account["homePage"])
    assert IRI.match(s["verb"]["id"])
    assert all(re.match(r"^[a-zA-Z-]+$", tag) for tag in s["verb"]["display"])
    assert datetime.fromisoformat(s["timestamp"]).tzinfo is not None
    if s["object"]["objectType"] == "StatementRef":
        assert set(s["object"]) == {"objectType", "id"}
        assert s["verb"]["id"] == "http://adlnet.gov/expapi/verbs/voided"
        return
    assert s["object"]["objectType"] == "Activity"
    assert IRI.match(s["object"]["id"])
    assert IRI.match(s["object"]["definition"]["type"])
    result = s["result"]
    assert set(result) <= {"score", "success", "completion", "response", "duration", "extensions"}
    assert re.match(r"^PT\d+\.\d{2}S$", result["duration"])
    if "score" in result:
        score = result["score"]
        assert -1 <= score["scaled"] <= 1
        assert score["min"] <= score["raw"] <= score["max"]
    assert isinstance(result["completion"], bool)
    assert str(uuid.UUID(s["context"]["registration"]))
    for kind, activities in s["context"]["contextActivities"].items():
        assert kind in {"parent", "grouping", "category", "other"}
        assert all(IRI.match(a["id"]) for a in activities)
    for extensions in (result["extensions"], s["context"]["extensions"]):
        assert all(IRI.match(key) for key in extensions)
    assert not has_null(s, inside=False)


def has_null(value, *, inside):
    """Statements hold no null outside extensions."""
    if isinstance(value, dict):
        return any(has_null(v, inside=inside) for k, v in value.items() if k != "extensions")
    if isinstance(value, list):
        return any(has_null(v, inside=inside) for v in value)
    return value is None


def test_xapi_statements_keep_the_rules(full, tmp_path):
    export(full, EVERY, "xapi", tmp_path / "x.json")
    statements = json.loads((tmp_path / "x.json").read_text())
    assert len(statements) == 11  # ten runs, one of them voided
    assert len({s["id"] for s in statements}) == 11
    for statement in statements:
        check_statement(statement)
    assert all(
        s["context"]["extensions"]["https://ir-sim.invalid/context/simulated"] is True
        for s in statements
        if "context" in s
    )


class Store(BaseHTTPRequestHandler):
    """A learning record store that fails now and then."""

    known: ClassVar[dict[str, dict]] = {}
    troubles: ClassVar[list[int]] = []
    seen: ClassVar[list[tuple[str, str]]] = []

    def _take(self, statements):
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        Store.seen.append((self.command, self.headers.get("Authorization", "")))
        if self.headers["X-Experience-API-Version"] != "1.0.3":
            return self._answer(400)
        if Store.troubles:
            return self._answer(Store.troubles.pop(0))
        items = statements(body)
        if any(item["id"] in Store.known for item in items):
            return self._answer(409)
        Store.known.update({item["id"]: item for item in items})
        return self._answer(200)

    def _answer(self, code):
        if code == 0:  # break off without an answer
            self.connection.close()
            return
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        self._take(lambda body: body)

    def do_PUT(self):
        self._take(lambda body: [body])

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def record_store():
    """A local server; its address."""
    Store.known, Store.troubles, Store.seen = {}, [], []
    server = HTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/xapi"
    server.shutdown()
    server.server_close()


def statements(log):
    """All statements of a log."""
    return [s for run in log.runs() for s in statements_of(run)]


def test_statements_arrive_exactly_once_in_spite_of_trouble(full, record_store):
    waits = []
    Store.troubles = [503, 0, 429]
    store = RecordStore(record_store, "someone:topsecret", sleep=waits.append)
    assert store.send(statements(full)) == 11
    assert len(Store.known) == 11
    assert waits == [0.5, 1.0, 2.0]
    assert Store.seen[0][1].startswith("Basic ")
    full.add(made_run(50))
    assert store.send(statements(full)) == 12  # sent again: only the new one is taken
    assert len(Store.known) == 12


def test_a_record_store_that_refuses_or_is_away(full, record_store):
    Store.troubles = [403]
    store = RecordStore(record_store, "someone:topsecret", sleep=lambda _s: None)
    with pytest.raises(RecordError, match="answered 403") as error:
        store.send(statements(full))
    assert "topsecret" not in str(error.value)
    with pytest.raises(RecordError, match="cannot be reached"):
        RecordStore("http://127.0.0.1:9", sleep=lambda _s: None).send(statements(full))
    for address in ("ftp://x", "nonsense", "http://u:p@h/x"):
        with pytest.raises(RecordError):
            RecordStore(address).send(statements(full))
    with pytest.raises(RecordError, match="https"):
        RecordStore("http://lrs.example.org/", "a:b").send(statements(full))
