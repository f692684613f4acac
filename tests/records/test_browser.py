"""The page in a real browser: charts are drawn, and every number is the export's."""

from __future__ import annotations

import csv
import json
import threading
import time

import numpy as np
import pytest

from ir_sim.records.export import export
from ir_sim.records.reading import RunFilter
from ir_sim.records.report import page
from ir_sim.records.report.cusum import LearningCusum
from ir_sim.records.report.figures import number
from ir_sim.records.report.page import write_report
from ir_sim.records.serve import Pages, make_server
from ir_sim.records.store import open_log
from tests.records import browser
from tests.records.browser import Browser
from tests.records.test_report import fill
from tests.records.test_serve import WORD, certificate  # noqa: F401 - a fixture

pytestmark = pytest.mark.skipif(not browser.HERE, reason="no Chromium and chromedriver here")
EVERY = RunFilter()
CELLS = """
return [...document.querySelectorAll(arguments[0])].filter((row) => row.checkVisibility())
  .map((row) => [...row.cells].map((cell) => cell.innerText.trim()))
"""
#: Whoever reads a chart's table opens it first.
TABLE = """
const details = document.querySelector(arguments[0]).querySelector('details.numbers');
details.open = true;
return [...details.querySelectorAll('tbody tr')].map((r) => [...r.cells].map((c) => c.innerText));
"""
DRAWN = """
const out = [];
for (const doc of Bokeh.documents) for (const figure of doc.roots()) {
  const view = Bokeh.index.roots.find((v) => v.model === figure);
  const kind = view.el.closest('.chart').dataset.kind;
  out.push([kind, view.frame.bbox.height, figure.renderers.map((r) => r.data_source
    ? Object.fromEntries(Object.entries(r.data_source.data).map(([k, v]) => [k, [...v]])) : {})]);
}
return out;
"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The page in a browser, with the export of the same log: (browser, rows, documents)."""
    folder = tmp_path_factory.mktemp("page")
    with open_log(home=folder / "home") as log:
        fill(log)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(page, "MOST_ROWS", 4)  # the others come when a person is picked
            write_report(log, folder / "report.html", EVERY)
        export(log, EVERY, "csv", folder / "runs.csv")
        export(log, EVERY, "jsonl", folder / "runs.jsonl")
    with (folder / "runs.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["retracted"] == "false"]
    lines = (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    documents = {d["run"]["run_id"]: d["run"] for d in map(json.loads, lines)}
    with Browser(folder / "profile") as window:
        window.open((folder / "report.html").as_uri())
        window.wait("return document.body.dataset.drawn === 'all'", 90)
        assert window.complaints() == []
        yield window, rows, documents


def humans(rows, **which):
    """Finished runs of people."""
    return [
        r
        for r in rows
        if r["player"] == "human"
        and r["status"] == "finished"
        and all(r[k] == v for k, v in which.items())
    ]


def test_every_chart_is_drawn_and_nothing_is_fetched(shown, tmp_path):
    window, _, _ = shown
    assert window.run("return performance.getEntriesByType('resource').length") == 0
    drawn = window.run(DRAWN)
    assert len(drawn) == window.run("return document.querySelectorAll('.chart').length") > 10
    assert {kind for kind, *_ in drawn} == {
        "practice", "learning", "first", "cusum", "errors", "ratio", "interval",
    }  # fmt: skip
    assert all(height > 40 for _, height, _ in drawn)
    window.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20_000
    window.print_pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


#: All that is written on the page, what Bokeh keeps in trees of its own included.
TIPS = """
const found = [];
(function walk(node) {
  if (node.shadowRoot) walk(node.shadowRoot);
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE && node.nodeName !== 'STYLE' && node.checkVisibility?.())
      found.push(child.data);
    else walk(child);
  }
})(document.querySelector(arguments[0]));
return found.join(" ");
"""


@pytest.mark.parametrize(
    ("kind", "words"),
    [("practice", "finished:"), ("first", "still counted:"), ("errors", "in 100 runs:")],
)
def test_a_chart_answers_to_the_pointer(shown, kind, words):
    window, _, _ = shown
    x, y, wide, high = window.run(
        f"const c = document.querySelector('.chart.{kind}'); c.scrollIntoView({{block: 'center'}});"
        "const r = c.getBoundingClientRect(); return [r.x, r.y, r.width, r.height];"
    )
    for share in (0.35, 0.4, 0.45, 0.5):
        window.point(x + 0.45 * wide, y + share * high)
        time.sleep(0.3)
        tip = window.run(TIPS, "body")
        if words in tip:
            break
    window.point(1, 1)
    assert words in tip
    assert "NaN" not in tip
    assert "???" not in tip
    assert window.complaints() == []


def test_the_tables_of_the_charts_are_the_exports(shown):
    window, rows, _ = shown
    everyone = [r for r in rows if r["player"] == "human"]
    practice = window.run(TABLE, "#practice figure")
    assert sum(int(r[1]) + int(r[2]) for r in practice) == len(everyone)
    assert sum(int(r[2]) for r in practice) == sum(r["status"] != "finished" for r in everyone)
    finished = humans(rows)
    errors = window.run(TABLE, "#errors figure")
    assert len(errors) == 4
    for name, _, share, *_ in errors:
        code = name.replace(" ", "_")
        hit = sum(code in r["errors"] for r in finished)
        assert share == number(100 * hit / len(finished)), name
    for title, *values, n in window.run(TABLE, "#dose figure"):
        mine = humans(rows, scenario_title=title)
        ratio = [float(r["fluoro_time_s"]) / float(r["fluoro_time_s_reference"]) for r in mine]
        assert values == [number(float(v)) for v in np.percentile(ratio, (25, 50, 75))]
        assert n == str(len(mine))
    for cohort, *values, n in window.run(TABLE, "#cohorts .wide:nth-of-type(2)"):
        people = sorted({r["trainee"] for r in finished if r["cohort"] == cohort})
        shares = [
            100 * np.mean([r["passed"] == "true" for r in humans(rows, trainee=p)]) for p in people
        ]
        assert (values[0], n) == (number(float(np.mean(shares))), str(len(people)))


def test_one_person_is_picked_out_and_a_run_opened(shown, tmp_path):
    window, rows, documents = shown
    window.type("#who", "R02")
    window.wait("return document.body.dataset.picked === 'R02'")
    assert "R02 is the thick orange line" in window.run("return document.body.innerText")
    mine = [r for r in rows if r["trainee"] == "R02" and r["player"] == "human"]
    finished = humans(rows, trainee="R02")
    (row,) = window.run(CELLS, "#practice table.sortable tbody tr")
    passed = [r for r in finished if r["passed"] == "true"]
    assert row[0] == "R02"
    assert row[4] == str(len(mine))
    assert row[5] == number(sum(float(r["procedure_s"]) for r in mine) / 3600)
    assert row[7] == f"{len(passed)} / {len(finished)}"
    assert row[10:] == [mine[0]["started_utc"][:10], mine[-1]["started_utc"][:10]]

    lines = window.run(CELLS, ".progress tbody tr")
    assert len(lines) == len({r["scenario_id"] for r in finished})
    for row in lines:
        series = humans(rows, trainee="R02", scenario_title=row[1].split(" (")[0])
        totals = [float(r["total"]) for r in series]
        passes = [k for k, r in enumerate(series, 1) if r["passed"] == "true"]
        minutes = sum(float(r["procedure_s"]) for r in series[: passes[0]]) / 60
        latest = float(np.median(totals[-5:]))
        assert row[2:8] == [
            str(len(series)), str(len(passes)), str(passes[0]), number(minutes),
            f"{max(totals):.1f}", f"{latest:.1f}",
        ]  # fmt: skip
        curves = [
            s["y"] for kind, _, sources in window.run(DRAWN) if kind == "learning"
            for s in sources if "who" in s and s.get("who") and s["who"][0] == "R02"
        ]  # fmt: skip
        assert [round(t) for t in totals] in curves

    runs = window.run(
        "return [...document.querySelectorAll('details.run')]"
        ".filter((d) => d.checkVisibility()).map((d) => d.id)"
    )
    assert sorted(runs) == sorted(f"run-{r['run_id']}" for r in mine)
    for name in runs[:3]:
        window.click(f"#{name} summary")
        assert window.run(f"return document.getElementById('{name}').open")
        document = documents[name.removeprefix("run-")]
        text = window.run(f"return document.getElementById('{name}').innerText")
        head, *_ = text.splitlines()
        assert f"{document['total']:.1f} {'passed' if document['passed'] else 'not passed'}" in head
        told = window.run(CELLS, f"#{name} tr")
        expected = [
            [metric["label"] or key.replace("_", " "),
             f"{number(metric['value'])} {metric['unit']}",
             f"reference {number(metric['reference'])} ({metric['source']})"]
            for key, metric in document["metrics"].items()
        ] + [
            [f"{e['time_s']:.1f} s", e["code"].replace("_", " "), f"weight {e['weight']}",
             e["text"]]
            for e in document["errors"]
        ]  # fmt: skip
        assert told == expected
        assert f"seed {document['seed']}" in text
        assert document["run_id"] in text
    window.run(f"document.getElementById('{runs[0]}').scrollIntoView()")
    window.screenshot(tmp_path / "run.png")
    assert window.complaints() == []


def test_a_link_opens_a_run(shown):
    window, rows, _ = shown
    window.type("#who", "everyone")
    run = f"run-{rows[50]['run_id']}"
    window.run(f"location.hash = '#{run}'")
    window.wait(f"return document.getElementById('{run}').open")


def test_the_live_page_over_tls(shown, certificate, tmp_path):  # noqa: F811 - the fixture
    """Signed in, encrypted, under the server's own rules of what a page may do."""
    window, _, _ = shown
    with open_log(home=tmp_path) as log:
        fill(log)
        log.let_sign_in("R02", WORD)
        server = make_server(
            Pages(log, LearningCusum()), port=0, certificate=certificate, sign_in=True
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            window.open(f"https://R02:{WORD}@127.0.0.1:{server.server_port}/")
            window.wait("return document.body.dataset.drawn === 'all'", 90)
            told = window.run("return document.body.innerText")
            assert "as R02 (resident) sees it" in told
            assert "R03" not in told
            assert len(window.run(DRAWN)) > 5
            assert [c for c in window.complaints() if "favicon" not in c] == []
        finally:
            server.shutdown()
            server.server_close()
