"""The author's screen: the mouse changes the text, the text changes the map."""

import time

import pygame
import pytest

from ir_sim.app.screens.author import AuthorScreen
from ir_sim.scenario import load

CASE = "left-renal-stenosis"


@pytest.fixture
def desk(hand, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(load(CASE).text.replace(f"id: {CASE}", "id: case"), encoding="utf-8")
    h = hand((1280, 800))
    left = []
    screen = AuthorScreen(h.stage, path, lambda: left.append(True))
    h.stage.go(screen)
    h.turn()
    h.screen, h.path, h.left = screen, path, left
    return h


def spot(desk, vessel, point):
    row = desk.screen.draft.points(vessel)[point]
    return tuple(round(c) for c in desk.screen.map.view.px(row[0], row[1]))


def pull(desk, start, end):
    desk.turn(pygame.event.Event(pygame.MOUSEMOTION, pos=start, rel=(0, 0), buttons=(0, 0, 0)))
    desk.turn(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=start, button=1))
    desk.turn(pygame.event.Event(pygame.MOUSEMOTION, pos=end, rel=(0, 0), buttons=(1, 0, 0)))
    desk.turn(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=end, button=1))


def test_a_point_follows_the_mouse_and_can_be_put_back(desk):
    before = desk.screen.draft.text
    start = spot(desk, "aorta", 1)
    was = desk.screen.draft.points("aorta")[1]
    pull(desk, start, (start[0] + 30, start[1]))
    now = desk.screen.draft.points("aorta")[1]
    scale = desk.screen.map.view.px_per_mm
    assert now[0] - was[0] == pytest.approx(30 / scale, abs=1.5 / scale + 0.1)
    assert "case.yaml *" in desk.tree
    desk.key(pygame.K_z, pygame.KMOD_CTRL)
    assert desk.screen.draft.text == before


def test_the_wheel_over_a_point_changes_its_calibre(desk):
    at = spot(desk, "aorta", 1)
    was = desk.screen.draft.points("aorta")[1][2]
    desk.turn(pygame.event.Event(pygame.MOUSEMOTION, pos=at, rel=(0, 0), buttons=(0, 0, 0)))
    desk.turn(pygame.event.Event(pygame.MOUSEWHEEL, y=2, x=0, pos=at))
    assert desk.screen.draft.points("aorta")[1][2] == pytest.approx(was * 1.04**2, abs=0.01)


def test_a_branch_is_drawn_and_a_lesion_put_down(desk):
    desk.screen.map.tool = "branch"
    start = spot(desk, "aorta", 1)
    pull(desk, start, (start[0] - 60, start[1] - 10))
    assert desk.screen.draft.points("aorta_branch_1")
    desk.screen.map.tool = "lesion"
    desk.screen.kinds.chosen = "bleed"
    at = spot(desk, "aorta_branch_1", 1)
    desk.click((at[0] + 4, at[1]))
    lesions = {v.id: v.lesions for v in desk.screen.draft.seen.mended.anatomy.vessels}
    assert [x.kind for x in lesions["aorta_branch_1"]] == ["bleed"]


def test_saving_keeps_the_comments(desk):
    comments = [x for x in desk.path.read_text(encoding="utf-8").splitlines() if "#" in x]
    start = spot(desk, "aorta", 1)
    pull(desk, start, (start[0] + 12, start[1]))
    desk.key(pygame.K_s, pygame.KMOD_CTRL)
    text = desk.path.read_text(encoding="utf-8")
    assert text == desk.screen.draft.text
    assert [x for x in text.splitlines() if "#" in x] == comments


def test_what_another_editor_saves_is_shown_with_its_problems(desk):
    text = desk.path.read_text(encoding="utf-8")
    desk.path.write_text(text.replace("organ: spleen", "organ: [spleen]"), encoding="utf-8")
    desk.turn(dt_s=0.4)
    assert "must be text, got a list" in desk.tree
    desk.path.write_text(text.replace("format: 1", "format: ["), encoding="utf-8")
    desk.turn(dt_s=0.4)
    assert "close the list" in desk.tree
    desk.path.write_text(text, encoding="utf-8")
    desk.turn(dt_s=0.4)
    assert "Nothing is wrong" in desk.tree or "problems" in desk.tree


def test_the_pictures_come_when_hands_rest(desk):
    desk.turn(dt_s=0.6)
    until = time.monotonic() + 30
    while desk.screen._pictures is None and time.monotonic() < until:
        time.sleep(0.05)
        desk.turn()
    assert desk.screen._pictures.get_size() == (880, 440)


def test_leaving_asks_for_what_is_not_saved(desk):
    start = spot(desk, "aorta", 1)
    pull(desk, start, (start[0] + 12, start[1]))
    desk.key(pygame.K_ESCAPE)
    assert "Leave without saving?" in desk.tree
    assert not desk.left


def test_a_picture_to_trace_lies_under_the_vessels(desk, tmp_path):
    image = pygame.Surface((40, 40))
    image.fill((90, 90, 90))
    pygame.image.save(image, str(tmp_path / "angio.png"))
    text = desk.path.read_text(encoding="utf-8")
    text += "underlay: {file: angio.png, mm_per_px: 10, centre_mm: [0, 100]}\n"
    desk.path.write_text(text, encoding="utf-8")
    desk.turn(dt_s=0.4)
    under = desk.screen.map.underlay
    assert (under.mm_per_px, under.centre_mm) == (10, (0, 100))
    desk.turn()
