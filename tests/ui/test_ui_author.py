"""The author's screen: the mouse changes the text, the text changes the map."""

import time

import pygame
import pytest

from ir_sim.app.screens.author import AuthorScreen
from ir_sim.authoring.check import check_case
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
    while desk.screen.pictures.shown is None and time.monotonic() < until:
        time.sleep(0.05)
        desk.turn()
    assert desk.screen.pictures.shown.get_size() == (880, 440)


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


def nudge(desk, key, times=1, mod=0):
    for _ in range(times):
        desk.key(key, mod)


def take(desk, vessel, point):
    """Go to a point by keys alone."""
    desk.key(pygame.K_PERIOD)
    while desk.screen.map.chosen[0] != vessel:
        desk.key(pygame.K_PERIOD, pygame.KMOD_SHIFT)
    nudge(desk, pygame.K_PERIOD, point)
    assert desk.screen.map.chosen == (vessel, point)


def test_the_first_key_takes_the_target_and_the_next_ones_go_through_all_points(desk):
    desk.key(pygame.K_PERIOD)
    assert desk.screen.map.chosen == ("left_renal", 0)
    seen = set()
    for _ in range(sum(len(rows) for rows in desk.screen.map.points.values())):
        seen.add(desk.screen.map.chosen)
        desk.screen.hands.do("next_point", coarse=False)
    assert desk.screen.map.chosen == ("left_renal", 0)
    assert len(seen) == sum(len(rows) for rows in desk.screen.map.points.values())
    desk.key(pygame.K_COMMA)
    assert desk.screen.map.chosen not in (("left_renal", 0), None)


def test_arrows_move_a_point_by_half_a_millimetre_and_shift_by_two(desk):
    take(desk, "left_renal", 1)
    x, y, radius = desk.screen.draft.points("left_renal")[1]
    desk.key(pygame.K_RIGHT)
    desk.key(pygame.K_UP, pygame.KMOD_SHIFT)
    desk.key(pygame.K_EQUALS)
    desk.key(pygame.K_MINUS, pygame.KMOD_SHIFT)
    now = desk.screen.draft.points("left_renal")[1]
    assert now == pytest.approx([x + 0.5, y + 2.0, radius + 0.1 - 0.5])
    for _ in range(4):
        desk.key(pygame.K_z, pygame.KMOD_CTRL)
    assert desk.screen.draft.points("left_renal")[1] == [x, y, radius]
    desk.key(pygame.K_y, pygame.KMOD_CTRL)
    assert desk.screen.draft.points("left_renal")[1][0] == pytest.approx(x + 0.5)


def test_a_held_arrow_is_one_step_back(desk):
    take(desk, "left_renal", 1)
    x = desk.screen.draft.points("left_renal")[1][0]
    down = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_LEFT, mod=0, unicode="", scancode=0)
    desk.turn(*[down] * 6)
    desk.turn(pygame.event.Event(pygame.KEYUP, key=pygame.K_LEFT, mod=0, unicode="", scancode=0))
    assert desk.screen.draft.points("left_renal")[1][0] == pytest.approx(x - 3.0)
    desk.key(pygame.K_u)
    assert desk.screen.draft.points("left_renal")[1][0] == pytest.approx(x)
    assert not desk.screen.draft.changed


def test_branch_lesion_and_points_by_keys_make_a_sound_case(desk):
    take(desk, "left_renal", 2)
    count = len(desk.screen.draft.points("left_renal"))
    desk.key(pygame.K_n)
    assert len(desk.screen.draft.points("left_renal")) == count + 1
    desk.key(pygame.K_DELETE)
    assert len(desk.screen.draft.points("left_renal")) == count
    desk.key(pygame.K_b)
    assert desk.screen.map.chosen == ("left_renal_branch_1", 1)
    desk.key(pygame.K_k)
    desk.key(pygame.K_k, pygame.KMOD_SHIFT)
    desk.key(pygame.K_k)
    assert "L occlusion" in desk.tree
    desk.key(pygame.K_l)
    desk.key(pygame.K_s, pygame.KMOD_CTRL)
    scenario, problems = check_case(desk.path)
    assert scenario is not None, problems
    made = next(v for v in scenario.anatomy.vessels if v.id == "left_renal_branch_1")
    assert [lesion.kind for lesion in made.lesions] == ["occlusion"]


def test_keys_of_the_map_leave_lists_alone(desk):
    take(desk, "left_renal", 1)
    before = desk.screen.draft.text
    desk.key(pygame.K_TAB)
    while "> choice tool" not in desk.tree:
        desk.key(pygame.K_TAB)
    desk.key(pygame.K_RIGHT)
    assert desk.screen.draft.text == before
    assert desk.screen.map.tool == "calibre"


def test_the_chosen_point_stays_in_the_map(desk):
    take(desk, "left_renal", 1)
    for _ in range(12):
        desk.screen.hands.do("nearer", coarse=False)
    for _ in range(60):
        desk.screen.hands.do("next_point", coarse=False)
        vessel, point = desk.screen.map.chosen
        assert desk.screen.map.rect.collidepoint(spot(desk, vessel, point))
    desk.key(pygame.K_f)
    desk.key(pygame.K_F1)
    assert "a new branch at the point" in desk.tree


def button(desk, name, *, up=True):
    desk.turn(pygame.event.Event(pygame.CONTROLLERBUTTONDOWN, button=name, instance_id=0))
    if up:
        desk.turn(pygame.event.Event(pygame.CONTROLLERBUTTONUP, button=name, instance_id=0))


def axis(desk, name, value):
    for v in (value, 0):
        desk.turn(pygame.event.Event(pygame.CONTROLLERAXISMOTION, axis=name, value=v))


def test_a_gamepad_does_it_all(desk):
    axis(desk, pygame.CONTROLLER_AXIS_RIGHTX, 32767)
    axis(desk, pygame.CONTROLLER_AXIS_RIGHTX, 32767)
    assert desk.screen.map.chosen == ("left_renal", 1)
    x, y, radius = desk.screen.draft.points("left_renal")[1]
    button(desk, pygame.CONTROLLER_BUTTON_DPAD_RIGHT)
    button(desk, pygame.CONTROLLER_BUTTON_RIGHTSHOULDER, up=False)
    button(desk, pygame.CONTROLLER_BUTTON_DPAD_UP)
    up = pygame.CONTROLLER_BUTTON_RIGHTSHOULDER
    desk.turn(pygame.event.Event(pygame.CONTROLLERBUTTONUP, button=up, instance_id=0))
    axis(desk, pygame.CONTROLLER_AXIS_TRIGGERRIGHT, 32767)
    assert desk.screen.draft.points("left_renal")[1] == pytest.approx(
        [x + 0.5, y + 2.0, radius + 0.1]
    )
    assert "Right stick point, vessel" in desk.tree
    for _ in range(3):
        button(desk, pygame.CONTROLLER_BUTTON_LEFTSHOULDER)
    assert not desk.screen.draft.changed
    button(desk, pygame.CONTROLLER_BUTTON_A)
    button(desk, pygame.CONTROLLER_BUTTON_X)
    button(desk, pygame.CONTROLLER_BUTTON_START)
    assert not desk.screen.draft.changed
    assert "left_renal_branch_1" in desk.path.read_text(encoding="utf-8")
    button(desk, pygame.CONTROLLER_BUTTON_B)
    assert desk.left


def test_a_held_button_of_the_gamepad_goes_on(desk):
    axis(desk, pygame.CONTROLLER_AXIS_RIGHTX, 1.0)
    x = desk.screen.draft.points("left_renal")[0][0]
    button(desk, pygame.CONTROLLER_BUTTON_DPAD_LEFT, up=False)
    for _ in range(12):
        desk.turn(dt_s=0.1)
    left = pygame.CONTROLLER_BUTTON_DPAD_LEFT
    desk.turn(pygame.event.Event(pygame.CONTROLLERBUTTONUP, button=left, instance_id=0))
    far = x - desk.screen.draft.points("left_renal")[0][0]
    assert 3.0 < far < 6.0
    button(desk, pygame.CONTROLLER_BUTTON_LEFTSHOULDER)
    assert not desk.screen.draft.changed
