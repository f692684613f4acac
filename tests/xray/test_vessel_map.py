"""Chords of vessels in the picture."""

import numpy as np
import pytest

from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.model import Anatomy, Outlet, Vessel
from ir_sim.xray.projection import Projection
from ir_sim.xray.settings import Settings
from ir_sim.xray.twigs import grow_twigs
from ir_sim.xray.vessel_map import map_vessels

N = 400
MM = 0.25


def tree_of(*vessels: dict) -> object:
    return build_tree(Anatomy(body="generic", vessels=[Vessel(**v) for v in vessels]))


def whole(tree: object, mg_ml: float = 1.0, projection: Projection | None = None) -> np.ndarray:
    p = projection or Projection((0.0, 0.0), 0.0, 0.0, MM, N)
    found = map_vessels(tree, p, 0)
    per_cm = np.full(65536, mg_ml, np.float32)
    return found.attenuation(per_cm, slice(0, p.size_px), slice(0, p.size_px))


@pytest.mark.parametrize("radius", [0.3, 0.4, 1.0, 4.0])
def test_cross_section_is_kept(radius: float) -> None:
    """0.3 mm is 1.2 picture elements wide here."""
    tree = tree_of({"id": "a", "points": [[-80, -7, radius], [80, 9, radius]]})
    line = whole(tree)
    across = line[:, 100:300].sum(0).mean() * MM * 0.1 * np.cos(np.arctan2(16, 160))
    assert across == pytest.approx(np.pi * (0.1 * radius) ** 2, rel=0.02)


def test_chord_in_the_middle_is_the_diameter() -> None:
    tree = tree_of({"id": "a", "points": [[-80, 0, 5], [80, 0, 5]]})
    assert whole(tree)[N // 2 - 1 : N // 2 + 1, N // 2].max() == pytest.approx(1.0, rel=0.01)


def test_volume_of_a_tapering_tube_by_brute_force() -> None:
    tree = tree_of({"id": "a", "points": [[-30, -20, 4], [0, 10, 3], [30, 8, 2]]})
    vessel = tree.vessels[0]
    volume = np.trapezoid(np.pi * vessel.radius_mm**2, vessel.s_mm)
    volume += 2 / 3 * np.pi * (4**3 + 2**3) * 0.6  # rounded ends, steeper than half a ball
    assert whole(tree).sum() * 10 * MM**2 == pytest.approx(volume, rel=0.05)


def test_crossing_vessels_add() -> None:
    tree = tree_of(
        {"id": "a", "points": [[-40, 0, 3], [40, 0, 3]]},
        {
            "id": "b",
            "parent": "a",
            "at_mm": 5,
            "points": [[-35, 5, 2], [-30, 30, 2], [0, 34, 2], [10, 0, 2], [12, -40, 2]],
        },
    )
    line = whole(tree)
    row = line[N // 2 - 2 : N // 2 + 2]
    column = round(N / 2 + 10 / MM)
    assert row[:, column - 3 : column + 3].max() == pytest.approx(1.0, rel=0.05)
    assert row[:, N // 2 - 20].max() == pytest.approx(0.6, rel=0.05)


def test_a_junction_is_not_twice_as_dense() -> None:
    tree = tree_of(
        {"id": "a", "points": [[-40, 0, 4], [40, 0, 4]]},
        {"id": "b", "parent": "a", "at_mm": 40, "points": [[2, 5, 3], [12, 30, 3]]},
    )
    assert whole(tree)[100:200].max() < 0.86


def test_contrast_of_each_sample_shows_where_it_lies() -> None:
    tree = tree_of({"id": "a", "points": [[-40, 0, 3], [40, 0, 3]]})
    p = Projection((0.0, 0.0), 0.0, 0.0, MM, N)
    found = map_vessels(tree, p, 0)
    per_cm = np.zeros(65536, np.float32)
    s = tree.sample_s_mm
    per_cm[: len(s)] = (s > 40).astype(np.float32)
    line = found.attenuation(per_cm, slice(0, N), slice(0, N))
    assert line[:, : N // 2 - 6].max() == 0
    assert line[:, N // 2 + 6 : N // 2 + 100].max() > 0.5


def test_a_window_of_the_map_is_the_part_of_the_whole() -> None:
    tree = tree_of(
        {"id": "a", "points": [[-40, 0, 3], [40, 0, 3]]},
        {
            "id": "b",
            "parent": "a",
            "at_mm": 5,
            "points": [[-35, 5, 2], [-30, 30, 2], [0, 34, 2], [10, 0, 2], [12, -40, 2]],
        },
    )
    p = Projection((0.0, 0.0), 0.0, 0.0, MM, N)
    found = map_vessels(tree, p, 50)
    per_cm = np.ones(65536, np.float32)
    everything = found.attenuation(per_cm, slice(0, N + 100), slice(0, N + 100))
    part = found.attenuation(per_cm, slice(20, 420), slice(70, 470))
    assert np.array_equal(part, everything[20:420, 70:470])


def test_a_vessel_towards_the_viewer_is_foreshortened_and_denser() -> None:
    tree = tree_of({"id": "a", "points": [[-20, 0, 2, -20], [20, 0, 2, 20]]})
    straight = whole(tree)
    assert straight.max() == pytest.approx(0.4 * 2**0.5, rel=0.06)
    turned = Projection((0.0, 0.0), -45.0, 0.0, MM, N)
    length = (whole(tree, 1.0, turned).max(0) > 0.2).sum() * MM
    assert length == pytest.approx(40 * 2**0.5, rel=0.08)
    other = Projection((0.0, 0.0), 45.0, 0.0, MM, N)
    assert (whole(tree, 1.0, other).max(0) > 0.2).sum() * MM < 8


def test_left_anterior_oblique_moves_the_front_to_the_left_of_the_screen() -> None:
    p = Projection.of(Settings(lao_deg=30.0), N)
    front = p.pixels(np.array([[0.0, 0.0]]), 40.0)[0]
    spine = p.pixels(np.array([[0.0, 0.0]]), -40.0)[0]
    assert front[0] < N / 2 < spine[0]
    cranial = Projection.of(Settings(cranial_deg=20.0), N)
    assert cranial.pixels(np.array([[0.0, 0.0]]), 40.0)[0][1] > N / 2


def test_twigs_are_fine_and_always_the_same() -> None:
    tree = tree_of({"id": "a", "points": [[0, 0, 2], [30, 0, 1]], "outlet": Outlet(organ="kidney")})
    twigs = grow_twigs(tree)
    assert twigs
    assert max(t.radius_mm.max() for t in twigs) <= 1.0
    again = grow_twigs(tree)
    assert all(np.array_equal(a.xy_mm, b.xy_mm) for a, b in zip(twigs, again, strict=True))
    assert {t.sample for t in twigs} == {len(tree.sample_s_mm) - 1}


def test_a_vessel_that_crosses_itself_adds() -> None:
    loop = [[-40, -30, 3], [20, 20, 3], [40, 0, 3], [20, -20, 3], [-40, 30, 3]]
    line = whole(tree_of({"id": "a", "points": loop}))
    rest = line[:, : N // 2 - 110].max()
    assert rest == pytest.approx(0.6, rel=0.05)
    assert line.max() == pytest.approx(1.2, rel=0.07)


def test_a_wide_aneurysm_has_no_seams():
    """Along its axis the chord changes as the calibre does; nothing cuts across."""
    points = [[0.0, 200.0, 9.0], [3.0, 100.0, 9.0], [0.0, 0.0, 9.0]]
    lesion = {"kind": "aneurysm", "at_mm": 96.0, "length_mm": 60.0, "diameter_percent": 230.0}
    anatomy = Anatomy.model_validate(
        {
            "body": "abdomen-pelvis",
            "vessels": [
                {
                    "id": "aorta",
                    "points": points,
                    "lesions": [lesion],
                    "outlet": {"organ": "rest", "flow_ml_min": 3000.0},
                }
            ],
        }
    )
    tree = build_tree(anatomy)
    projection = Projection((0.0, 100.0), 0.0, 0.0, 0.25, 900)
    chord = map_vessels(tree, projection, 0).chord_cm
    at = projection.pixels(tree.sample_xy_mm, tree.sample_z_mm)
    for aside_px in (0, 18, 30):
        x = np.round(at[5:-5, 0]).astype(int) + aside_px
        y = np.round(at[5:-5, 1]).astype(int)
        inside = tree.sample_radius_mm[5:-5] / 0.25 > aside_px + 2
        r, off = tree.sample_radius_mm[5:-5][inside], aside_px * 0.25
        wanted = 0.2 * np.sqrt(np.maximum(r**2 - off**2, 0.0))
        assert np.abs(chord[y[inside], x[inside]] - wanted).max() < 0.12 * wanted.max()


def test_no_vessel_is_lost_where_it_crosses_a_sibling_or_another_vessels_twigs() -> None:
    """The chord of one vessel alone is the same whether or not others are drawn."""
    from ir_sim.anatomy.vessel_tree import build_tree as build
    from ir_sim.scenario.library import load
    from ir_sim.xray.settings import Settings
    from ir_sim.xray.twigs import grow_twigs

    for case, name, centre in (
        ("left-renal-stenosis", "left_renal", (40.0, 88.0)),
        ("gastroduodenal-bleed", "right_gastroepiploic", (-30.0, 90.0)),
        ("right-renal-selective", "superior_mesenteric", (10.0, 40.0)),
    ):
        tree = build(load(case).anatomy)
        p = Projection.of(Settings(field_cm=32.0, centre_mm=centre), 512)
        mapped = map_vessels(tree, p, 0, None, grow_twigs(tree))
        vessel = tree.by_id[name]
        per_cm = np.zeros(65536, np.float32)
        per_cm[tree.first[vessel.index] : tree.first[vessel.index + 1]] = 1.0
        whole = slice(0, 512)
        seen = mapped.attenuation(per_cm, whole, whole)
        beyond = (vessel.s_mm > 8.0) & (vessel.s_mm < vessel.length_mm - 4.0)
        at = np.round(p.pixels(vessel.xy_mm[beyond], vessel.z_mm[beyond])).astype(int)
        inside = ((at >= 0) & (at < 512)).all(1)
        chord = seen[at[inside, 1], at[inside, 0]]
        assert (chord > 0.14 * vessel.radius_mm[beyond][inside]).all(), name
