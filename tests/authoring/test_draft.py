"""Editing by hand leaves everything else in the text as the author wrote it."""

import pytest

from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.authoring.check import check_text
from ir_sim.authoring.draft import NEW_LESIONS, Draft
from ir_sim.authoring.draft_places import branch_rows, lesion_place, room_beside
from ir_sim.errors import IrSimError
from ir_sim.scenario import load
from ir_sim.scenario.library import shipped_scenarios

CASE = "left-renal-stenosis"
COMPOSED = """\
format: 1
extends: left-renal-stenosis   # the teacher's case
id: case
title: X
anatomy:
  # mine
  heart: {rate_bpm: 90}
"""


def draft(tmp_path, text=None):
    path = tmp_path / "case.yaml"
    text = text if text is not None else load(CASE).text.replace(f"id: {CASE}", "id: case")
    path.write_bytes(text.encode())
    return Draft.open(path)


def differing(before, after):
    a, b = before.splitlines(), after.splitlines()
    return [(x, y) for x, y in zip(a, b, strict=False) if x != y], len(b) - len(a)


def problems(d):
    return [str(p) for p in check_text(d.text, d.path)[1] if p.severity == "error"]


def test_moving_a_point_changes_its_two_numbers(tmp_path):
    d = draft(tmp_path)
    was = d.points("left_renal")[1]
    before = d.text
    d.move("left_renal", 1, was[0] + 1.23, was[1] - 0.5)
    assert d.points("left_renal")[1] == pytest.approx([was[0] + 1.2, was[1] - 0.5, *was[2:]])
    lines, more = differing(before, d.text)
    assert more == 0
    assert len(lines) == 1
    d.undo()
    assert d.text == before
    d.redo()
    assert d.text != before


def test_a_drag_is_one_step_back(tmp_path):
    d = draft(tmp_path)
    before = d.text
    d.hold()
    for k in range(5):
        d.widen("left_renal", 0, 2.0 + 0.1 * k)
    d.let_go()
    assert d.points("left_renal")[0][2] == 2.4
    d.undo()
    assert d.text == before


@pytest.mark.parametrize("case", shipped_scenarios())
def test_points_come_and_go_without_a_trace(tmp_path, case):
    d = draft(tmp_path, load(case).text)
    before = d.text
    for spec in load(case).anatomy.vessels[:6]:
        rows = [list(p) for p in spec.points]
        middle = [round(0.5 * (a + b), 1) for a, b in zip(rows[0][:3], rows[1][:3], strict=True)]
        d.insert_point(spec.id, 1, middle)
        assert d.points(spec.id) == [rows[0], middle, *rows[1:]]
        d.delete_point(spec.id, 1)
        assert d.text == before
        x, y, radius = rows[-1][:3]
        end = [round(x + 5, 1), round(y + 4, 1), round(radius, 2)]  # as finely as an author draws
        d.insert_point(spec.id, len(rows), end)
        assert d.points(spec.id)[-1] == pytest.approx(end)
        d.delete_point(spec.id, len(rows))
        assert d.text == before


def test_a_branch_and_lesions_of_every_kind_are_added(tmp_path):
    d = draft(tmp_path)
    before = d.text
    p = d.points("aorta")[2]
    name = d.add_branch("aorta", [[p[0] - p[2], p[1], 1.4], [p[0] - p[2] - 25, p[1] - 5, 1.2]])
    assert name == "aorta_branch_1"
    assert set(before.splitlines()) <= set(d.text.splitlines())
    assert problems(d) == []
    for kind in NEW_LESIONS:
        d.add_lesion(name, kind, 10.0)
        d.add_lesion("right_renal", kind, 12.0)
    kinds = [x.kind for v in d.seen.scenario.anatomy.vessels for x in v.lesions if v.id == name]
    assert sorted(kinds) == sorted(NEW_LESIONS)


def test_what_is_inherited_is_written_down_when_it_is_changed(tmp_path):
    d = draft(tmp_path, COMPOSED)
    rows = d.points("left_renal")
    d.move("left_renal", 1, rows[1][0] + 2, rows[1][1])
    assert d.points("left_renal")[1][0] == pytest.approx(rows[1][0] + 2)
    d.add_lesion("right_renal", "spasm", 5.0)
    assert problems(d) == []
    assert all(line in d.text for line in COMPOSED.splitlines())
    assert len(d.seen.scenario.anatomy.vessels) == len(load(CASE).anatomy.vessels)


def test_line_ends_and_comments_stay(tmp_path):
    d = draft(tmp_path, COMPOSED.replace("\n", "\r\n"))
    d.widen("left_renal", 0, 3.3)
    assert "\n" not in d.text.replace("\r\n", "")
    d.save()
    assert (tmp_path / "case.yaml").read_bytes() == d.text.encode()
    assert not d.changed


def test_a_file_changed_by_another_editor_is_taken_up(tmp_path):
    d = draft(tmp_path)
    assert not d.reload()
    d.path.write_text(d.text.replace("beginner", "advanced") + "# seen\n", encoding="utf-8")
    assert d.reload()
    assert d.text.endswith("# seen\n")
    assert not d.changed


def test_what_cannot_be_done_is_said(tmp_path):
    d = draft(tmp_path)
    while len(d.points("left_renal")) > 2:
        d.delete_point("left_renal", 0)
    with pytest.raises(IrSimError, match="two points"):
        d.delete_point("left_renal", 0)
    flat = draft(tmp_path, "extends: renal\nid: case\nanatomy: {body: generic}\n")
    with pytest.raises(IrSimError, match="indented block"):
        flat.move("left_renal", 0, 1.0, 2.0)


def test_a_branch_by_key_begins_on_the_wall_and_goes_where_there_is_room():
    tree = build_tree(load(CASE).anatomy)
    aorta = tree.by_id["aorta"]
    at_mm = 0.5 * aorta.length_mm
    begin, end = room_beside(tree, "aorta", at_mm)
    (x, y, radius), (end_x, end_y, _) = branch_rows(tree, "aorta", begin, end)
    wall = ((x - begin[0]) ** 2 + (y - begin[1]) ** 2) ** 0.5
    assert wall == pytest.approx(aorta.radius_at(at_mm), abs=0.3)
    assert radius <= 0.5 * aorta.radius_at(at_mm) + 0.05
    assert (end_x, end_y) == pytest.approx(end)
    square = (end[0] - begin[0]) * aorta.tangent[len(aorta.s_mm) // 2, 0]
    square += (end[1] - begin[1]) * aorta.tangent[len(aorta.s_mm) // 2, 1]
    assert abs(square) < 3.0


@pytest.mark.parametrize("kind", NEW_LESIONS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_lesion_by_key_lies_in_its_vessel(tmp_path, kind, share):
    d = draft(tmp_path)
    vessel = build_tree(d.seen.mended.anatomy).by_id["right_renal"]
    at_mm = lesion_place(vessel, kind, share * vessel.length_mm)
    assert 0.0 <= at_mm <= vessel.length_mm
    d.add_lesion("right_renal", kind, at_mm)
    kinds = {v.id: [x.kind for x in v.lesions] for v in d.seen.mended.anatomy.vessels}
    assert kind in kinds["right_renal"]
