"""Scenario texts, right and wrong: every problem with its exact place, never a traceback."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.errors import ScenarioError
from ir_sim.scenario import examine, from_text, load, shipped_scenarios
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.yaml_source import parse

GOOD = """\
format: 1
id: tiny
title: Tiny case
level: beginner
objectives: [Steer]
patient: {age: 60, sex: f, weight_kg: 70}
anatomy:
  body: abdomen-pelvis
  vessels:
    - id: aorta
      points: [[0, 200, 9], [0, 100, 9], [0, 0, 8]]
    - id: right_renal
      parent: aorta
      points: [[-10, 120, 3], [-40, 115, 2.5]]
      outlet: {organ: kidney, flow_ml_min: 480}
access: {vessel: aorta, at_mm: 190, sheath_fr: 6, sheath_mm: 20}
tray: [wire-035-angled, catheter-5f-cobra2]
task:
  target: {vessel: right_renal, at_mm: 5}
"""


def problems_of(text, name="case.yaml"):
    return from_text(text, name, shipped_devices())[1]


def test_the_good_case_is_good():
    scenario, problems = from_text(GOOD, "case.yaml", shipped_devices())
    assert problems == []
    assert scenario.id == "tiny"
    assert scenario.scoring.rubric == "default"
    assert set(scenario.devices) == {"wire-035-angled", "catheter-5f-cobra2"}


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_shipped_cases_load(name):
    scenario = load(name)
    assert scenario.id == name
    assert scenario.review == "unreviewed" or scenario.review.by


# (what to replace, with what, expected line, expected column, words in the message)
MISTAKES = [
    ("format: 1", "format: 2", 1, 9, "must be 1"),
    ("id: tiny", "id: Tiny Case", 2, 5, "not a name"),
    ("level: beginner", "level: beginer", 4, 8, "did you mean 'beginner'"),
    ("objectives: [Steer]", "objectives: Steer", 5, 13, "must be a list"),
    ("age: 60", "age: sixty", 6, 16, "must be a whole number"),
    ("age: 60", "age: 600", 6, 16, "at most 120"),
    ("sex: f", "sex: x", 6, 25, "not one of f, m"),
    ("weight_kg: 70", "weigth_kg: 70", 6, 28, "did you mean 'weight_kg'"),
    ("body: abdomen-pelvis", "body: abdomen", 8, 9, "did you mean 'abdomen-pelvis'"),
    ("[0, 200, 9]", "[0, 200, -9]", 11, 25, "not a vessel's"),
    ("[0, 200, 9]", "[0, 200]", 11, 16, "at least 3"),
    ("[0, 200, 9]", "[0, 2oo, 9]", 11, 20, "must be a number"),
    ("[0, 200, 9]", "[0, .nan, 9]", 11, 20, "finite"),
    ("[0, 200, 9]", "[0, 1e999, 9]", 11, 20, "finite"),
    ("[0, 200, 9]", "[0, 20000, 9]", 11, 16, "outside the body"),
    ("[0, 200, 9], [0, 100, 9]", "[0, 100, 9], [0, 100, 9]", 11, 29, "same place"),
    ("parent: aorta", "parent: aorat", 13, 15, "did you mean 'aorta'"),
    ("parent: aorta", "parent: right_renal", 13, 15, "its own ancestor"),
    ("- id: right_renal", "- id: aorta", 12, 11, "defined twice"),
    ("flow_ml_min: 480", "flow_ml_min: 0", 15, 44, "more than 0"),
    ("access: {vessel: aorta", "access: {vessel: femoral", 16, 18, "no vessel 'femoral'"),
    ("sheath_fr: 6", "sheath_fr: 4", 17, 25, "does not fit"),
    ("tray: [wire-035-angled", "tray: [wire-035-angle", 17, 8, "did you mean 'wire-035-angled'"),
    (
        "tray: [wire-035-angled, catheter-5f-cobra2]",
        "tray: [wire-035-angled]",
        19,
        11,
        "the target wants a catheter",
    ),
    ("target: {vessel: right_renal", "target: {vessel: left_renal", 19, 20, "no vessel"),
    ("title: Tiny case\n", "title: Tiny case\ntitle: Again\n", 4, 1, "repeated"),
    ("title: Tiny case\n", "", 1, 1, "'title' is missing"),
    ("  target: {vessel: right_renal, at_mm: 5}\n", "  steps: []\n", 19, 3, "'target' is missing"),
    ("patient:", "patient: &p", 6, 10, ""),
    ("title: Tiny case", "title: *p", 3, 8, "aliases are not allowed"),
    ("title: Tiny case", "title: !!python/object:os.system x", 3, 8, "tags are not allowed"),
    ("level: beginner", "\tlevel: beginner", 4, 1, "tab"),
    ("title: Tiny case", 'title: "Tiny case', 3, 8, "quote"),
    ("objectives: [Steer]", "objectives: [Steer", 6, 1, ""),
    ("title: Tiny case", "title: Tiny: case", 3, 12, "':'"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "words"), MISTAKES)
def test_a_mistake_is_named_where_it_is(old, new, line, column, words):
    assert old in GOOD
    found = problems_of(GOOD.replace(old, new, 1))
    if words == "" and not found:
        return
    assert found, "the mistake was not noticed"
    said = [f"{p.line}:{p.column}: {p}" for p in found]
    match = [p for p in found if words in str(p)]
    assert match, said
    if words:
        assert (match[0].line, match[0].column) == (line, column), said


def test_every_problem_is_reported_in_one_pass():
    text = GOOD.replace("level: beginner", "level: beginer").replace("sex: f", "sex: x")
    text = text.replace("flow_ml_min: 480", "flow_ml_min: -1")
    assert len(problems_of(text)) == 3


def test_yaml_traps_are_words_or_numbers_as_a_person_means_them():
    data = parse("a: no\nb: 010\nc: 500.0e3\nd: 12:30\ne: 1e3\nf: 2026-11-24\ng: on\n", "x").data
    assert data == {
        "a": "no",
        "b": 10,
        "c": 500000.0,
        "d": "12:30",
        "e": 1000.0,
        "f": "2026-11-24",
        "g": "on",
    }


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"\xff\xfef\x00", "UTF-16"),
        (b"format: 1\ntitle: caf\xe9\n", "not UTF-8"),
        (b"title: \x00\n", "a character"),
        (b"[" * 200_000, "nested more than"),
        (b"x: 1\n---\ny: 2\n", "second document"),
        (b"a" * (3 * 1024 * 1024), "at most 2 MiB"),
        (b"- 1\n- 2\n", "keys and values"),
    ],
)
def test_unreadable_files_get_one_clear_line(tmp_path, raw, words):
    path = tmp_path / "case.yaml"
    path.write_bytes(raw)
    scenario, problems = examine(path)
    assert scenario is None
    assert len(problems) == 1
    assert words in str(problems[0])


def test_windows_line_ends_and_byte_order_mark_are_fine(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert examine(path)[1] == []


def test_missing_files_and_unknown_ids(tmp_path):
    with pytest.raises(ScenarioError, match="no such file"):
        load(tmp_path / "nothing.yaml")
    with pytest.raises(ScenarioError, match="did you mean 'right-renal-selective'"):
        load("right-renal-selectiv")
    with pytest.raises(ScenarioError, match="folder"):
        load(tmp_path.as_posix() + "/")


def test_problems_print_as_editors_read_them():
    line = str(problems_of(GOOD.replace("sex: f", "sex: x"))[0])
    assert re.match(r"case\.yaml:6:25: patient\.sex: 'x' is not one of f, m", line)


def test_an_author_adds_devices_beside_the_case(tmp_path):
    (tmp_path / "devices").mkdir()
    shipped = Path(str(shipped_devices()["wire-035-angled"].id))
    (tmp_path / "devices" / "own.yaml").write_text(
        "devices:\n  - {id: my-wire, title: Mine, kind: wire, length_cm: 150, diameter_in: 0.035,\n"
        "     sections: [{length_mm: 1500, ei_n_mm2: 50}], friction: 0.1, material: steel,\n"
        "     sources: {ei: assumed}}\n"
    )
    case = tmp_path / "case.yaml"
    case.write_text(GOOD.replace(shipped.name, "my-wire"))
    assert load(case).devices["my-wire"].friction == 0.1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_texts_never_crash(data):
    text = list(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        i = data.draw(st.integers(0, len(text) - 1))
        text[i : i + data.draw(st.integers(0, 8))] = data.draw(st.text(max_size=4))
    scenario, problems = from_text("".join(text), "case.yaml", shipped_devices())
    assert scenario is not None or problems
