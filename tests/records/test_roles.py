"""What a resident, an instructor and a director are shown."""

from __future__ import annotations

import json
import re

import pytest

from ir_sim.cli import main
from ir_sim.errors import RecordError
from ir_sim.records.people import Person
from ir_sim.records.reading import RunFilter
from ir_sim.records.report.page import report_html
from ir_sim.records.roles import FEWEST_BESIDE, Viewer, viewer_of
from ir_sim.records.sign_in import hashed, matches, signed_in
from ir_sim.records.store import open_log
from tests.records.made import made_run

CASE = "right-renal-selective"
EVERY = RunFilter()


@pytest.fixture
def log(tmp_path):
    """Seven residents of one cohort, three of another, on one case; an instructor, a director."""
    with open_log(home=tmp_path) as opened:
        runs = [(made_run(3 * k, trainee=f"R{k % 10:02d}"), None, None) for k in range(60)]
        opened.add_many([*runs, (made_run(300, trainee="Tutor"), None, None)])
        for k in range(10):
            opened.place(f"R{k:02d}", cohort="2026" if k < 7 else "2025")
        opened.place("Tutor", role="instructor", cohort="2026")
        opened.place("Chief", role="director")
        yield opened


def page(log, name, which=EVERY):
    """The page as somebody sees it."""
    return report_html(log, which, viewer=log.viewer(name))[0]


def others(html):
    """The residents that a page names, in words or in its data."""
    return set(re.findall(r"\bR0\d\b", html))


def test_a_resident_sees_the_own_runs_and_a_band_without_names(log):
    html = page(log, "R03")
    assert others(html) == {"R03"}
    assert "Tutor" not in html
    own = {r.document["run_id"] for r in log.runs(RunFilter(trainee="R03"))}
    ids = {r.document["run_id"] for r in log.runs()}
    assert {i for i in ids if i in html} == own
    blocks = re.findall(r'data-kind="(\w+)"[^>]*></div>\s*<script[^>]*>(.*?)</script>', html)
    (learning,) = [json.loads(data) for kind, data in blocks if kind == "learning"]
    assert learning["people"][0] == 7  # of the own cohort, the instructor is not among them
    assert learning["cohorts"] == []
    assert len(learning["lines"]) == 1
    (cusum,) = [json.loads(data) for kind, data in blocks if kind == "cusum"]
    assert cusum["names"] == ["R03"]
    assert 'id="cohorts"' not in html
    assert 'id="unusual"' not in html


def test_a_band_of_few_people_is_not_for_residents(log):
    html = page(log, "R08")  # three people: the two others could be worked out
    assert FEWEST_BESIDE == 5
    assert '"low": []' in html
    assert "n = 3 people" in html
    assert 'data-kind="first"' not in html


def test_a_title_that_was_written_in_two_ways(log):
    log.add(made_run(303, trainee="R04", scenario_title="Another title"))
    log.add(made_run(306, trainee="R03", scenario_title="A third title"))
    assert others(page(log, "R03")) == {"R03"}


def test_a_resident_cannot_narrow_the_band_to_single_people(log):
    for wrong in (
        RunFilter(trainee="R04"),
        RunFilter(cohort="2025"),
        RunFilter(since=made_run(1).started_utc),
        RunFilter(player="human"),
    ):
        with pytest.raises(RecordError, match="case or a mode only"):
            page(log, "R03", wrong)
    assert others(page(log, "R03", RunFilter(trainee="R03", case=CASE))) == {"R03"}


def test_an_instructor_sees_the_own_cohort_by_pseudonym(log):
    assert others(page(log, "Tutor")) == {f"R{k:02d}" for k in range(7)}
    asked = RunFilter(trainee="R08")
    assert report_html(log, asked, viewer=log.viewer("Tutor"))[1] == 0
    log.place("Tutor", cohort="")
    assert others(page(log, "Tutor")) == {f"R{k:02d}" for k in range(10)}


def test_a_director_sees_everyone(log):
    html = page(log, "Chief")
    assert others(html) == {f"R{k:02d}" for k in range(10)}
    assert "Tutor" in html
    assert log.viewer("Chief").may_export
    assert not log.viewer("Tutor").may_export


def test_the_role_is_the_logs(log):
    with pytest.raises(RecordError, match="nobody in this score log is called"):
        log.viewer("Nobody")
    assert viewer_of([Person(1, "x", "A")], "A") == Viewer("resident", "A", 1)
    log.erase("R03")
    with pytest.raises(RecordError, match="nobody"):
        log.viewer("R03")


def test_a_password_is_kept_as_a_hash_and_is_part_of_the_chain(log):
    word = "correct horse"
    log.let_sign_in("R03", word)
    everything = b"".join(p.read_bytes() for p in log.home.rglob("*") if p.is_file())
    assert word.encode() not in everything
    assert log.verify() == []
    with log.reading() as connection:
        assert signed_in(connection, "R03", word) == log.viewer("R03")
        assert signed_in(connection, "R03", word + "x") is None
        assert signed_in(connection, "R04", word) is None
    log.place("R03", level="PGY-4")  # placing somebody leaves the password as it is
    with log.reading() as connection:
        assert signed_in(connection, "R03", word) is not None
    assert log.verify() == []
    forged = hashed("another password")
    with log.engine.connect() as connection:
        connection.exec_driver_sql(
            "UPDATE person SET sign_in = ? WHERE pseudonym = 'R04'", (forged,)
        )
        connection.exec_driver_sql("COMMIT")
    assert any("person R04" in str(f) for f in log.verify())
    with pytest.raises(RecordError, match="12 letters"):
        log.let_sign_in("R03", "short")
    assert matches("another password", forged)


def test_the_commands(log, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("IR_SIM_HOME", str(log.home))
    monkeypatch.delenv("IR_SIM_DB", raising=False)
    monkeypatch.setenv("IR_SIM_NEW_PASSWORD", "a-long-pass-word")
    assert main(["log", "person", "R03", "--sign-in"]) == 0
    out = tmp_path / "R03.html"
    assert main(["report", "--for", "R03", "-o", str(out)]) == 0
    assert others(out.read_text(encoding="utf-8")) == {"R03"}
    capsys.readouterr()
    monkeypatch.setenv("IR_SIM_NEW_PASSWORD", "secret")
    assert main(["log", "person", "R03", "--sign-in"]) == 2
    said = capsys.readouterr()
    assert "secret" not in said.out + said.err
    assert said.err.count("\n") == 1
    assert main(["report", "--for", "Nobody", "-o", str(out)]) == 2
    assert main(["log", "person", "R03", "--no-sign-in"]) == 0
    with log.reading() as connection:
        assert signed_in(connection, "R03", "a-long-pass-word") is None
