"""The page: whole, offline, honest, and its numbers are those of the export."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from ir_sim.errors import RecordError
from ir_sim.records.export import export
from ir_sim.records.reading import RunFilter
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
        if tag not in {"meta", "link", "br", "line", "rect", "circle", "polyline", "polygon"}:
            self.open.append(tag)
        self.links += [attributes[k] for k in ("src", "href", "xlink:href") if k in attributes]
        if tag == "svg":
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
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", html)
    assert "url(" not in html
    assert "@import" not in html
    assert "competen" not in html.lower()
    assert "Everything here is simulated" in html
    assert len(page.charts) > 10
    for chart in page.charts:
        assert re.search(r"n = \d", chart), chart


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


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium here")
def test_a_browser_shows_one_person(tmp_path):
    with open_log(home=tmp_path / "home") as log:
        fill(log)
        write_report(log, tmp_path / "report.html", EVERY)
    done = subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
            f"file://{tmp_path / 'report.html'}#person=R02",
        ],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    html = done.stdout
    assert "R02 is the thick orange line" in html
    shown = re.findall(r'<tr data-p="(\d+)"(?: class="([^"]*)")?><th scope="row">([^<]+)<', html)
    names = {name for _, hidden, name in shown if "away" not in hidden}
    assert names == {"R02"}
    charts = re.findall(r'<g class="mine">(.*?)</g>', html, re.S)
    assert any("polyline" in chart for chart in charts)
