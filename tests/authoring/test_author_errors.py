"""What authors get wrong: each mistake is named at its line and column, in a physician's words.

Each row changes one thing of a good case. ``at`` is the text that the problem must point to.
"""

import re

import pytest

from ir_sim.authoring.check import check_case

GOOD = """\
format: 1
id: case
title: Right renal angiogram
level: beginner
objectives: [Engage a renal artery]
review: unreviewed
patient: {age: 60, sex: f, weight_kg: 70, height_cm: 166, egfr: 62}
anatomy:
  body: abdomen-pelvis
  heart: {rate_bpm: 72, mean_pressure_mmhg: 92}
  vessels:
    - id: aorta
      points: [[4, 300, 10.5], [6, 200, 10], [4, 100, 9.2], [0, 0, 8.5]]
    - id: right_renal
      parent: aorta
      at_mm: 196
      points: [[-6, 104, 3.1], [-22, 98, 2.9], [-44, 96, 2.6]]
      outlet: {organ: kidney, flow_ml_min: 480}
      lesions: [{kind: stenosis, at_mm: 12, length_mm: 6, diameter_percent: 40}]
    - id: right_iliac
      parent: aorta
      points: [[-12, -20, 5.3], [-34, -50, 5.0], [-52, -84, 4.4], [-86, -210, 3.8]]
      outlet: {organ: muscle, flow_ml_min: 350}
    - id: left_iliac
      parent: aorta
      points: [[12, -20, 5.3], [34, -50, 5.0], [52, -84, 4.4]]
      outlet: {organ: muscle, flow_ml_min: 350}
access: {vessel: right_iliac, at_mm: 200, sheath_fr: 6, sheath_mm: 70}
tray: [wire-035-angled, catheter-5f-cobra2]
task:
  side: right
  target: {vessel: right_renal, at_mm: 6, device: catheter}
  steps:
    - id: engage
      do: Engage the artery
      when: {tip_at: {device: catheter, vessel: right_renal, at_mm: 3}}
    - id: test
      do: Test injection
      when: {injected: {vessel: right_renal, at_least_ml: 2}}
    - id: wire-out
      do: Take the wire out
      when: {removed: wire}
scoring:
  rubric: default
  baseline: {procedure_time_s: 300, fluoro_time_s: 110, contrast_ml: 25, kap_gy_cm2: 12}
"""

STENOSIS = "{kind: stenosis, at_mm: 12, length_mm: 6, diameter_percent: 40}"
# (old, new, the text the problem points to, words of the message)
ERRORS = [
    # the first lines
    ("format: 1", "format: 2", "2", "format: 1 is the only one so far"),
    ("format: 1\n", "", "id: case", "'format' is missing"),
    ("id: case", "id: My Case", "My Case", "such as my-case"),
    ("title: Right renal angiogram", "title:", "\nlevel", "got nothing (write it after the ':')"),
    ("title: Right renal", "title: Kidney: right renal", ": right", "a second ':'"),
    ("level: beginner", "level: easy", "easy", "'easy' is not one of beginner"),
    ("level: beginner", "level: {a: b}", "{a: b}", "is not one of beginner"),
    ("level: beginner", "level: hard", "hard", "did you mean 'advanced'"),
    ("level: beginner", "Level: beginner", "Level", "did you mean 'level'"),
    ("level: beginner", "\tlevel: beginner", "\tlevel", "a tab character"),
    ("level: beginner", "level beginner", "objectives", "':' is missing"),
    ("objectives: [Engage", "objectives: Engage", "Engage", "must be a list"),
    ("[Engage a renal artery]", "[]", "[]", "at least 1 entry"),
    ("[Engage a renal artery]", "Engage", "Engage", "must be a list"),
    ("review: unreviewed", "review: done", "done", "who reviewed it"),
    ("review: unreviewed", "review: {by: Dr A, date: 31.5.2026}", "31.5.2026", "2026-05-31"),
    # the patient
    ("age: 60", "age: sixty", "sixty", "must be a whole number, got the text 'sixty'"),
    ("age: 60", "age: 60.5", "60.5", "must be a whole number"),
    ("age: 60", "age: 600", "600", "at most 120"),
    ("sex: f", "sex: female", "female", "did you mean 'f'"),
    ("weight_kg: 70", "weight_kg: 70 kg", "70 kg", "a number without a unit"),
    ("weight_kg: 70", "weight_kg: 7o", "7o", "did you mean 70?"),
    ("weight_kg: 70", "weight_kg: 7000", "7000", "at most 400"),
    ("weight_kg: 70", "weight: 70", "weight", "did you mean 'weight_kg'"),
    ("height_cm: 166", "height_cm: 1.66", "1.66", "the unit? 166"),
    ("egfr: 62", "egfr: 62,5", "5", "decimal comma"),
    (
        "patient: {age: 60, sex: f, weight_kg: 70,",
        "patient: {sex: f, weight_kg: 70,",
        "{sex",
        "'age'",
    ),
    # the body
    ("body: abdomen-pelvis", "body: abdomen", "abdomen", "did you mean 'abdomen-pelvis'"),
    ("mean_pressure_mmhg: 92", "mean_pressure_mmhg: 9.2", "9.2", "the unit? 92"),
    ("rate_bpm: 72", "rate_bpm: 720", "720", "the unit? 72"),
    # vessels
    ("- id: right_renal", "- id: aorta", "aorta", "defined twice (first at line 12)"),
    ("- id: right_renal", "- id: Right renal", "Right renal", "is not a name"),
    ("parent: aorta\n      at_mm", "parent: aorat\n      at_mm", "aorat", "did you mean 'aorta'"),
    ("parent: aorta\n      at_mm", "parent: right_renal\n      at_mm", "right_renal", "ancestor"),
    (
        "      parent: aorta\n      at_mm: 196\n",
        "",
        "id: right_renal",
        "say what it leaves, 'parent: aorta'",
    ),
    ("at_mm: 196", "at_mm: 1960", "1960", "beyond the end of 'aorta'"),
    ("at_mm: 196", "at_mm: -4", "-4", "at least 0"),
    ("[4, 300, 10.5]", "[4, 300]", "[4, 300]", "at least 3"),
    ("[4, 300, 10.5]", "[4, 300, 10.5, 0, 7]", "[4, 300, 10.5, 0, 7]", "at most 4"),
    ("[4, 300, 10.5]", "[4 300, 10.5]", "4 300", "a comma between the numbers"),
    ("[4, 300, 10.5]", "[4, 300, ten]", "ten", "must be a number"),
    ("[4, 300, 10.5]", "[4, 300, -10.5]", "-10.5", "not a vessel's"),
    ("[4, 300, 10.5]", "[4, 300, 105]", "105", "a slip of the point? 10.5"),
    ("[4, 300, 10.5]", "[4, 300, .nan]", ".nan", "finite"),
    ("[4, 300, 10.5]", "[4, 30000, 10.5]", "[4, 30000", "places are in mm: 300?"),
    ("[4, 300, 10.5], [6", "[6, 200, 10], [6", "[6, 200, 10], [4", "same place"),
    ("[-6, 104, 3.1]", "[-66, 104, 3.1]", "[-66", "mm outside 'aorta'"),
    ("[-6, 104, 3.1]", "[-6, 104, 31]", "31", "radius, not diameter?"),
    (
        "points: [[4, 300, 10.5], [6, 200, 10], [4, 100, 9.2], [0, 0, 8.5]]",
        "points: []",
        "[]",
        "two points or more",
    ),
    ("organ: kidney", "organ: kindey", "kindey", "did you mean 'kidney'"),
    ("flow_ml_min: 480", "flow_ml_min: 0", "0}", "leave it out, and it follows from organ"),
    ("flow_ml_min: 480", "flow_ml_min: 48000", "- id: aorta", "a heart at rest gives"),
    ("flow_ml_min: 480", "flow_ml_s: 8", "flow_ml_s", "did you mean 'flow_ml_min'"),
    ("[{kind: stenosis", "[{kind: stenose", "stenose", "did you mean 'stenosis'"),
    ("diameter_percent: 40", "diameter_percent: 4000", "4000", "at most 500"),
    (
        "diameter_percent: 40",
        "diameter_percent: 100",
        "100",
        "a closed vessel is 'kind: occlusion'",
    ),
    (
        "at_mm: 12, length_mm: 6, diameter_percent: 40",
        "at_mm: 4, length_mm: 6, diameter_percent: 90",
        "{vessel: right_renal, at_mm: 6",
        "narrows to 0.9 mm in the right renal",
    ),
    (
        "[[-6, 104, 3.1], [-22, 98, 2.9]",
        "[[-6, 104, 0.6], [-22, 98, 0.6]",
        "{vessel: right_renal, at_mm: 6",
        "the thinnest catheter on the tray has 1.7 mm",
    ),
    ("length_mm: 6", "length_mm: 0.01", "0.01", "at least 0.1"),
    (", diameter_percent: 40", "", "{kind", "either diameter_percent or diameter_mm"),
    ("diameter_percent: 40", "diameter_percent: 40, diameter_mm: 3", "{kind", "not both"),
    ("kind: stenosis, at_mm: 12", "kind: stenosis, at_mm: 120", "120", "beyond the end of"),
    ("[{kind: stenosis", "{kind: stenosis", "]", "is a '[' missing before it?"),
    # the other lesions
    (STENOSIS, "{kind: tumor, at_mm: 12}", "tumor", "did you mean 'tumour'"),
    (STENOSIS, "{kind: clot, at_mm: 12}", "clot", "did you mean 'thrombus'"),
    (STENOSIS, "{kind: pseudoaneurysm, at_mm: 12}", "pseudoaneurysm", "mean 'aneurysm'"),
    (STENOSIS, "{kind: 7, at_mm: 12}", "7", "7 is not one of stenosis"),
    (STENOSIS, "{at_mm: 12}", "{at_mm: 12}", "'kind' is missing"),
    (STENOSIS, "bleed", "bleed]", "({kind: bleed, at_mm: 20})"),
    (STENOSIS, "{kind: bleed}", "{kind: bleed}", "'at_mm' is missing"),
    (STENOSIS, "{kind: bleed, at_mm: 12, flow_ml_min: 0}", "0}]", "more than 0"),
    (STENOSIS, "{kind: bleed, at_mm: 120}", "120}", "beyond the end of 'right_renal'"),
    (STENOSIS, "{kind: bleed, at_mm: 12, into: bowel}", "bowel}", "did you mean 'cavity'"),
    (STENOSIS, "{kind: bleed, at_mm: 12, lenght: 3}", "lenght", "unknown key 'lenght'"),
    (STENOSIS, "{kind: thrombus, at_mm: 9, age_h: 6, age_days: 2}", "{kind", "not both"),
    (STENOSIS, "{kind: thrombus, at_mm: 9, occlusion_percent: 120}", "120}", "at most 100"),
    (STENOSIS, "{kind: thrombus, at_mm: 9, fibrin: 40}", "fibrin:", "mean 'fibrin_percent'"),
    (
        STENOSIS,
        "{kind: fistula, at_mm: 12, to: artery}",
        "artery}",
        "'vein' is one that is not drawn",
    ),
    (STENOSIS, "{kind: spasm, at_mm: 12}", "at_mm: 12}", "a spasm takes the whole vessel"),
    (STENOSIS, "{kind: spasm, diameter_percent: 95}", "95}", "at most 90"),
    (STENOSIS, "{kind: dissection, at_mm: 12, diameter_percent: 100}", "100}", "'kind: occlusion'"),
    (STENOSIS, "{kind: tumour, at_mm: 12, side: cranial}", "cranial}", "did you mean 'up'"),
    (STENOSIS, "{kind: tumour, at_mm: 12, flow_ml_min: 20000}", "20000}", "at most 2000"),
    (STENOSIS, "{kind: fibroid, at_mm: 12, volume: 3}", "volume:", "did you mean 'volume_ml'"),
    (STENOSIS, "{kind: aneurysm, at_mm: 12}", "{kind", "diameter_mm or sac"),
    (STENOSIS, "{kind: aneurysm, at_mm: 9, sac: {neck: 2}}", "neck:", "did you mean 'neck_mm'"),
    (
        STENOSIS,
        "{kind: aneurysm, at_mm: 12, sac: {neck_mm: 12, dome_mm: 6}}",
        "{neck_mm",
        "too wide for a dome",
    ),
    (
        STENOSIS,
        "{kind: aneurysm, at_mm: 12, diameter_percent: 50, sac: {}}",
        "{kind",
        "a sac or a diameter, not both",
    ),
    (
        STENOSIS,
        STENOSIS.replace("}", ", hardness: stony}"),
        "stony}",
        "did you mean 'calcified'",
    ),
    (
        "vessel: right_renal, at_mm: 6",
        "vessel: right_renal_sac, at_mm: 6",
        "right_renal_sac",
        "mean",
    ),
    # other patients, grades, a picture to trace
    ("scoring:\n", "variation: {calibre: 8}\nscoring:\n", "calibre:", "mean 'calibre_percent'"),
    ("scoring:\n", "variation: {age: [70, 60]}\nscoring:\n", "{age: [70", "the smaller first"),
    ("scoring:\n", "variation: {age: 70}\nscoring:\n", "70}", "the smaller and the larger"),
    ("scoring:\n", "variation: {variant: [bovine]}\nscoring:\n", "bovine", "anatomy.template"),
    ("scoring:\n", "difficulty: {hard: {}}\nscoring:\n", "hard:", "did you mean 'harder'"),
    (
        "scoring:\n",
        "difficulty: {harder: {tray_remove: [wire]}}\nscoring:\n",
        "wire]}}",
        "is not on the tray",
    ),
    ("scoring:\n", "underlay: {file: a.png}\nscoring:\n", "{file", "mm_per_px: 0.3, the patient's"),
    ("format: 1\n", "format: 1\nextends: no-such\n", "no-such", "to extend"),
    ("  body: abdomen", "  template: renall\n  body: abdomen", "renall", "did you mean 'renal'"),
    ("  body: abdomen", "  calibre: 9\n  body: abdomen", "9\n", "at most 1.6"),
    # access and tray
    ("access: {vessel: right_iliac", "access: {vessel: femoral", "femoral", "no vessel 'femoral'"),
    ("at_mm: 200, sheath", "at_mm: 2000, sheath", "2000", "beyond the end of 'right_iliac'"),
    ("sheath_fr: 6", "sheath_fr: 4", "catheter-5f-cobra2", "does not fit the 4 French sheath"),
    ("sheath_fr: 6", "sheath_fr: 60", "60", "a slip of the point or the unit? 6"),
    (
        "access: {vessel: right_iliac, at_mm: 200",
        "access: {at_mm: 200",
        "{at_mm: 200",
        "right_common_femoral",
    ),
    ("tray: [wire-035-angled", "tray: [wire-035-angeled", "wire-035-angeled", "'wire-035-angled'"),
    (
        "catheter-5f-cobra2]",
        "catheter-5f-cobra2, wire-035-angled]",
        "wire-035-angled]",
        "once is enough",
    ),
    (
        "tray: [wire-035-angled, catheter-5f-cobra2]",
        "tray: [wire-035-angled]",
        "{vessel: right_renal, at_mm: 6",
        "wants a catheter",
    ),
    # the task
    ("target: {vessel: right_renal", "target: {vessel: renal", "renal", "did you mean"),
    ("at_mm: 6, device", "at_mm: 600, device", "600", "beyond the end of 'right_renal'"),
    ("device: catheter}\n", "device: cathether}\n", "cathether", "did you mean 'catheter'"),
    ("- id: test", "- id: engage", "engage\n      do: Test", "a name of its own"),
    ("when: {injected", "when: {inject", "inject:", "did you mean 'injected'"),
    ("when: {removed: wire}", "when: {}", "{}", "such as {tip_at: {device: catheter"),
    (
        "when: {removed: wire}",
        "when: {removed: wire, target_reached: true}",
        "{removed",
        "waits for one thing",
    ),
    ("when: {removed: wire}", "when: {removed: microcatheter}", "microcatheter", "never met"),
    (
        "when: {removed: wire}",
        "when: {mounted: {device: wire, id: catheter-5f-cobra2}}",
        "catheter-5f-cobra2}}",
        "is a catheter, not a wire",
    ),
    (
        "when: {removed: wire}",
        "when: {mounted: {device: wire, id: wire-035-j3}}",
        "wire-035-j3",
        "not on the tray",
    ),
    ("vessel: right_renal, at_mm: 3", "vessel: right_renal, at_mm: 300", "300}}", "never met"),
    ("at_least_ml: 2", "at_least_ml: two", "two", "must be a number"),
    ("do: Take the wire out", "do:", "\n      when: {removed", "must be text"),
    ("at_mm: 6, device", "at_mm: 6, to_mm: 4, device", "4, device", "never met"),
    ("at_mm: 3}}", "at_mm: 3, to_mm: 3}}", "3}}", "does not lie beyond"),
    ("sheath_mm: 70", "sheath_mm: 700", "700", "the vessels only"),
    # scoring, and YAML itself
    ("contrast_ml: 25", "contrast: 25", "contrast:", "did you mean 'contrast_ml'"),
    ("scoring:\n", "scoring:\n  rubrik: x\n", "rubrik", "did you mean 'rubric'"),
    ("title: Right", "title: Again\ntitle: Right", "title: Right", "repeated (first at line 3)"),
    ("title: Right renal angiogram", 'title: "Right renal', '"Right', "a quote is not closed"),
    ("title: Right", "title: *right", "*right", "a value cannot begin with '*'"),
    ("title: Right", "title: &Right", "&Right", "a value cannot begin with '&'"),
    ("title: Right", "title: !!str Right", "!!str", "a value cannot begin with '!'"),
    ("scoring:\n", "---\nscoring:\n", "---", "delete this line"),
]

WARNINGS = [
    ("id: case", "id: other-case", "other-case", "name the file other-case.yaml"),
    ("side: right", "side: left", "left", "the target is 'right_renal'"),
    (
        "- id: left_iliac\n      parent: aorta\n"
        "      points: [[12, -20, 5.3], [34, -50, 5.0], [52, -84, 4.4]]",
        "- id: second_renal\n      parent: aorta\n"
        "      points: [[-6, 104, 3.1], [-22, 98, 2.9], [-44, 96, 2.6]]",
        "id: second_renal",
        "same course",
    ),
]


def problems_of(tmp_path, text):
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return check_case(path)


def test_the_good_case_is_good(tmp_path):
    assert problems_of(tmp_path, GOOD)[1] == []


def test_there_are_enough_mistakes():
    assert len(ERRORS) >= 60


@pytest.mark.parametrize(("old", "new", "at", "words"), ERRORS + WARNINGS)
def test_a_mistake_is_named_at_its_place(tmp_path, old, new, at, words):
    assert GOOD.count(old) >= 1
    i = GOOD.index(old)
    text = GOOD[:i] + new + GOOD[i + len(old) :]
    scenario, found = problems_of(tmp_path, text)
    assert found, "not noticed"
    assert (scenario is None) == ((old, new, at, words) in ERRORS)
    said = [str(p).removeprefix(str(tmp_path) + "/") for p in found]
    match = [p for p in found if words in f"{p.message} ({p.hint})"]
    assert match, said
    starts = [m.start() for m in re.finditer(re.escape(at), text)]
    places = [(text.count("\n", 0, k) + 1, k - (text.rfind("\n", 0, k) + 1) + 1) for k in starts]
    assert (match[0].line, match[0].column) in places, (said, places)


@pytest.mark.parametrize(("old", "new", "at", "words"), ERRORS)
def test_no_message_speaks_python(tmp_path, old, new, at, words):
    i = GOOD.index(old)
    _, found = problems_of(tmp_path, GOOD[:i] + new + GOOD[i + len(old) :])
    for problem in found:
        text = f"{problem.message} {problem.hint}".lower()
        for jargon in (
            "pydantic",
            "nonetype",
            "dict",
            "input should",
            "instance",
            "nan is",
            "tuple",
        ):
            assert jargon not in text, text


# (old, new, words): from different blocks, some found by the schema and some across blocks
TOGETHER = [
    ("level: beginner", "level: easy", "'easy' is not one of"),
    ("age: 60", "age: sixty", "must be a whole number"),
    ("weight_kg: 70, ", "", "'weight_kg' is missing"),
    ("rate_bpm: 72", "rate_bpm: 720", "at most 220"),
    ("parent: aorta\n      at_mm", "parent: aorat\n      at_mm", "no vessel 'aorat'"),
    ("[4, 300, 10.5]", "[4, 300, ten]", "must be a number"),
    ("access: {vessel: right_iliac", "access: {vessel: femoral", "no vessel 'femoral'"),
    ("catheter-5f-cobra2]", "catheter-5f-cobra]", "no device or supply 'catheter-5f-cobra'"),
    ("target: {vessel: right_renal", "target: {vessel: renal", "no vessel 'renal'"),
    ("when: {injected: {vessel: right_renal", "when: {injected: {vessel: left_renal", "left_renal"),
    ("- id: test", "- id: engage", "defined twice"),
    ("contrast_ml: 25", "contrast: 25", "did you mean 'contrast_ml'"),
]


def test_all_of_a_dozen_mistakes_are_named_at_once(tmp_path):
    text = GOOD
    for old, new, _ in TOGETHER:
        assert old in text
        text = text.replace(old, new, 1)
    said = [f"{p.message} ({p.hint})" for p in problems_of(tmp_path, text)[1]]
    assert [words for _, _, words in TOGETHER if not any(words in line for line in said)] == []
    assert len(said) <= len(TOGETHER) + 1, said  # nothing that only follows from another


@pytest.mark.parametrize("i", range(len(TOGETHER)))
@pytest.mark.parametrize("j", range(len(TOGETHER)))
def test_any_two_mistakes_are_named_at_once(tmp_path, i, j):
    text = GOOD
    for old, new, _ in {TOGETHER[i], TOGETHER[j]}:
        text = text.replace(old, new, 1)
    said = [f"{p.message} ({p.hint})" for p in problems_of(tmp_path, text)[1]]
    assert all(any(TOGETHER[k][2] in line for line in said) for k in (i, j)), said
    assert len(said) == (1 if i == j else 2), said


# (old, new, words): geometry, flow and reach beside errors in other blocks
BESIDE = [
    ("sex: f", "sex: female", "not one of f, m"),
    ("[-6, 104, 3.1]", "[-66, 104, 3.1]", "outside 'aorta'"),
    ("access: {vessel: right_iliac", "access: {vessel: femoral", "no vessel 'femoral'"),
    ("catheter-5f-cobra2]", "catheter-5f-cobra]", "no device or supply 'catheter-5f-cobra'"),
    ("at_mm: 6, device", "at_mm: 600, device", "beyond the end of 'right_renal'"),
    ("[12, -20, 5.3]", "[12, -20, 15.3]", "wider than its parent"),
    ("rubric: default", "rubric: strict", "strict"),
    ("side: right", "side: left", "the target is 'right_renal'"),
]


def test_geometry_is_checked_beside_other_errors(tmp_path):
    text = GOOD
    for old, new, _ in BESIDE:
        assert old in text
        text = text.replace(old, new, 1)
    said = [f"{p.message} ({p.hint})" for p in problems_of(tmp_path, text)[1]]
    assert [words for _, _, words in BESIDE if not any(words in line for line in said)] == []
    assert len(said) == len(BESIDE), said


def test_a_vessel_in_error_hides_only_its_own_branches(tmp_path):
    text = GOOD.replace("[12, -20, 5.3]", "[12, -20, wide]").replace("[-6, 104", "[-66, 104")
    said = [f"{p.message} ({p.hint})" for p in problems_of(tmp_path, text)[1]]
    assert len(said) == 2, said
    assert any("outside 'aorta'" in line for line in said)


def test_flow_is_checked_beside_an_error_in_the_task(tmp_path):
    text = GOOD.replace("flow_ml_min: 480", "flow_ml_min: 48000").replace("do: Test inj", "does: T")
    said = [f"{p.message} ({p.hint})" for p in problems_of(tmp_path, text)[1]]
    assert any("a heart at rest gives" in line for line in said), said


# (old, new): one mistake each, from which others could be read that are none
ALONE = [
    ("at_mm: 196", "at_mm: 1960"),
    ("diameter_percent: 40", "diameter_percent: 4000"),
    ("when: {injected", "when: {inject"),
    ("parent: aorta\n      at_mm", "parent: 7\n      at_mm"),
]


@pytest.mark.parametrize(("old", "new"), ALONE)
def test_what_only_follows_from_a_mistake_is_not_told(tmp_path, old, new):
    said = [str(p) for p in problems_of(tmp_path, GOOD.replace(old, new, 1))[1]]
    assert len(said) == 1, said


def test_a_step_that_ends_where_two_branches_are_still_one_is_named(tmp_path):
    old = "tip_at: {device: catheter, vessel: right_renal, at_mm: 3}"
    text = GOOD.replace(old, "tip_at: {device: wire, vessel: left_iliac, at_mm: 2}")
    case, said = problems_of(tmp_path, text)
    assert case is not None
    assert len(said) == 1, said
    assert said[0].severity == "warning"
    assert "'left_iliac' is still one lumen with 'right_iliac'" in said[0].message
    line = text.splitlines()[said[0].line - 1]
    assert line[said[0].column - 1 :].startswith("2}")
    far = said[0].hint.removeprefix("at_mm: ")
    assert 5 < int(far) < 30
    mended = text.replace("left_iliac, at_mm: 2}", f"left_iliac, at_mm: {far}}}")
    assert problems_of(tmp_path, mended)[1] == []
