"""The page: whole, offline, honest, and its numbers are those of the export."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from ir_sim.errors import RecordError
from ir_sim.records.export import export
from ir_sim.records.reading import RunFilter
from ir_sim.records.report import library
from ir_sim.records.report.library import bokeh
from ir_sim.records.report.page import report_html, write_report
from ir_sim.records.store import open_log
from tests.records.made import made_run

EVERY = RunFilter()
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def fill(log):
    """Six people, three cases, some of everything."""
    log.add_many([(made_run(k, trainee=f"R0{k % 6}"), None, None) for k in range(120)])
    log.add(made_run(200, trainee="R00", status="interrupted", total=None, passed=False))
    log.add(made_run(201, trainee="R01", player="expert"))
    log.add(made_run(202, trainee="Chief", practice=True))
    for k in range(6):
        log.place(f"R0{k}", cohort=str(2025 + k % 2))
    log.place("Chief", role="director")
    log.retract(made_run(3).run_id, "test")


@pytest.fixture
def log(url, tmp_path):
    """A log with runs."""
    with open_log(url, tmp_path / "home") as opened:
        fill(opened)
        yield opened


class Page(HTMLParser):
    """What of a page matters here: tags, links, charts, cells."""

    def __init__(self, html):
        super().__init__()
        self.open, self.links, self.charts, self.rows, self._cell = [], [], [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)
        self.links += [attributes[k] for k in ("src", "href", "xlink:href") if k in attributes]
        if "data-kind" in attributes:
            assert attributes["role"] == "img"
            self.charts.append(attributes["aria-label"])
        if tag == "tr":
            self.rows.append([])
        self._cell = tag in {"td", "th"}
        if self._cell and self.rows:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in self.open:
            assert self.open.pop() == tag, f"{tag} is closed in the wrong place"

    def handle_data(self, data):
        if self._cell and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def test_the_page_is_whole_offline_and_honest(log):
    html, count = report_html(log, EVERY, now=NOW)
    page = Page(html)
    assert page.open == []
    assert count == 122  # all but the retracted one
    assert all(link.startswith("#") for link in page.links)
    ours = html.replace(bokeh()[0], "")
    assert len(ours) < len(html) - 1_000_000
    for word in ("http", "url(", "@import", "eval("):
        assert word not in ours
    assert "competen" not in ours.lower()
    assert "Everything here is simulated" in html
    assert len(page.charts) > 10
    for chart in page.charts:
        assert re.search(r"n = \d", chart), chart
    figures = re.findall(r"<figure.*?</figure>", html, re.S)
    for figure in (f for f in figures if "data-kind" in f):
        assert re.search(r'<p class="size">n = \d', figure)
        assert "annot show" in figure or "t interval" in figure
        assert '<details class="numbers">' in figure


def test_both_databases_give_the_same_page(tmp_path, postgres):
    pages = []
    for address in (f"sqlite:///{tmp_path / 'log.sqlite'}", postgres.new_database()):
        with open_log(address, tmp_path / "home") as log:
            fill(log)
            html, _ = report_html(log, EVERY, now=NOW)
            pages.append(re.sub(r"the chain, [0-9a-f]{16}", "", html))
    assert pages[0] == pages[1]


def test_the_numbers_are_those_of_the_export(log, tmp_path):
    export(log, EVERY, "csv", tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open(newline="") as file:
        runs = [row for row in csv.DictReader(file) if row["retracted"] == "false"]
    html, _ = report_html(log, EVERY, now=NOW)
    page = Page(html)
    people = {row[0]: row for row in page.rows if len(row) == 12}
    for name in ("R00", "R01", "R05", "Chief"):
        mine = [r for r in runs if r["trainee"] == name and r["player"] == "human"]
        finished = [r for r in mine if r["status"] == "finished"]
        passed = [r for r in finished if r["passed"] == "true"]
        row = people[name]
        assert row[4] == str(len(mine))
        assert row[7] == f"{len(passed)} / {len(finished)}"
        assert row[8] == str(len(mine) - len(finished))
        assert row[10] == min(r["started_utc"] for r in mine)[:10]
        assert row[11] == max(r["started_utc"] for r in mine)[:10]
    lines = [row for row in page.rows if len(row) == 10 and row[0] == "R02"]
    for row in lines:
        case = row[1].split(" (")[0].replace(" ", "-")
        mine = [r for r in runs if r["trainee"] == "R02" and r["scenario_id"] == case]
        totals = [float(r["total"]) for r in mine]
        first = next((k for k, r in enumerate(mine, 1) if r["passed"] == "true"), None)
        assert row[2] == str(len(mine))
        assert row[4] == (str(first) if first else "–")
        assert float(row[6]) == pytest.approx(max(totals), abs=0.051)
    newest = runs[-1]
    assert f"run-{newest['run_id']}" in html
    values = set(re.findall(r'data-value="([^"]+)"', html))
    assert newest["kap_gy_cm2"] in values


def test_filters_and_modes(log):
    def count(mode="all", **which):
        return report_html(log, RunFilter(**which), mode=mode, now=NOW)[1]

    assert count(trainee="R02") == 20
    assert count(cohort="2025") == 61
    assert count(case="sma-selective") == 41  # every third of 120, and the interrupted one
    assert count(since=made_run(100).started_utc) == 23
    assert count(mode="practice") == 1
    assert count(mode="assessment") == 121
    assert count(trainee="nobody") == 0


def test_instructors_do_not_shape_the_bands(log):
    html, _ = report_html(log, EVERY, now=NOW)
    curve = next(c for c in Page(html).charts if c.startswith("Learning curve, contralateral"))
    people = int(re.search(r"n = (\d+) people", curve)[1])
    assert people == 2  # R01 and R04 alone play this one; Chief, who played it too, is no resident


def test_nothing_a_case_says_becomes_markup(tmp_path):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    with open_log(home=tmp_path) as log:
        log.add(made_run(1, scenario_title=evil))
        log.place("R01", cohort="<b>x</b>")
        html, _ = report_html(log, EVERY, now=NOW)
    assert "alert(1)</script>" not in html
    assert "<img" not in html
    assert "<b>x" not in html


def test_an_empty_log_and_an_erased_person(tmp_path):
    with open_log(home=tmp_path) as log:
        html, count = report_html(log, EVERY, now=NOW)
        assert count == 0
        assert Page(html).open == []
        log.add(made_run(1, trainee="Zaphod"))
        log.erase("Zaphod")
        html, count = report_html(log, EVERY, now=NOW)
        assert count == 1
        assert "Zaphod" not in html
        assert "erased-" in html


def test_an_old_page_stays_if_the_new_one_cannot_be_written(log, tmp_path):
    with pytest.raises(RecordError, match="cannot be written"):
        write_report(log, tmp_path / "no" / "report.html", EVERY)
    assert write_report(log, tmp_path / "report.html", EVERY) == 122
    assert not list(tmp_path.glob(".report-*"))


def test_without_the_library_there_is_one_line(log, tmp_path, monkeypatch):
    monkeypatch.setattr(library, "find_spec", lambda _name: None)
    bokeh.cache_clear()
    with pytest.raises(RecordError, match="pip install") as error:
        write_report(log, tmp_path / "report.html", EVERY)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "report.html").exists()


def test_no_command_loads_the_library():
    code = "import sys, ir_sim.records.report.page; sys.exit('bokeh' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
