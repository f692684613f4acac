"""A run looked at again: any frame, any mask, shifted, at its fullest."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.anatomy.body import build_body
from ir_sim.xray import Fluoroscope, Imager, Processing, Reviewer, Scene
from ir_sim.xray.gallery import demonstration_tree

TICK, N = 1 / 60, 128
TREE = demonstration_tree("abdomen-pelvis")
BODY = build_body("abdomen-pelvis")


def contrast(mg_ml: float) -> np.ndarray:
    c = np.zeros(len(TREE.sample_s_mm), np.float32)
    v = TREE.by_id["left_renal"].index
    c[TREE.first[v] : TREE.first[v + 1]] = mg_ml
    return c


@pytest.fixture(scope="module")
def run() -> tuple[Imager, list[Scene]]:
    """Six frames: contrast in the third and fourth, the patient moved in the last two."""
    machine = Fluoroscope(BODY, (0, 60))
    scenes: list[Scene] = []
    mm = machine.settings.field_mm / N
    while len(scenes) < 6:
        shot = machine.step(TICK, "acquire")
        if shot is not None:
            k = len(scenes)
            c = contrast(200.0) if k in (2, 3) else None
            moved = (2.0 * mm, 1.0 * mm) if k >= 4 else (0.0, 0.0)
            scenes.append(Scene(shot, concentration_mg_ml=c, patient_mm=moved))
    return Imager(TREE, BODY, [], N, 3), scenes


def residue(picture: np.ndarray) -> float:
    return float(picture[20:-20, 20:-20].std())


def test_a_frame_is_the_same_each_time_and_in_any_order(run) -> None:  # type: ignore[no-untyped-def]
    imager, scenes = run
    there, back = Reviewer(imager, scenes), Reviewer(imager, scenes)
    plain = Processing()
    first = [there.frame(k, plain).copy() for k in range(6)]
    again = [back.frame(k, plain).copy() for k in reversed(range(6))][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_review_disturbs_no_live_picture(run) -> None:  # type: ignore[no-untyped-def]
    _, scenes = run
    plain, looked = Imager(TREE, BODY, [], N, 3), Imager(TREE, BODY, [], N, 3)
    for k, scene in enumerate(scenes):
        a, b = plain.draw(scene).copy(), looked.draw(scene).copy()
        assert np.array_equal(a, b)
        Reviewer(looked, scenes[: k + 1]).frame(k, Processing())


def test_pixel_shift_takes_the_ghosts_of_movement_away(run) -> None:  # type: ignore[no-untyped-def]
    reviewer = Reviewer(*run)
    ghosts = residue(reviewer.frame(5, Processing()))
    by_hand = residue(reviewer.frame(5, Processing(shift=(2.0, 1.0))))
    auto = residue(reviewer.frame(5, Processing(shift=None)))
    assert by_hand < 0.65 * ghosts
    assert auto < 0.7 * ghosts
    assert reviewer.found_shift(5, None) == pytest.approx((2.0, 1.0), abs=0.35)


def test_another_mask_shows_what_has_changed_since(run) -> None:  # type: ignore[no-untyped-def]
    reviewer = Reviewer(*run)
    filled = reviewer.frame(3, Processing())
    level = reviewer.frame(3, Processing(mask=2))
    assert residue(level) < 0.7 * residue(filled)


def test_the_peak_shows_contrast_that_has_gone(run) -> None:  # type: ignore[no-untyped-def]
    imager, scenes = run
    reviewer = Reviewer(imager, [scenes[k] for k in (0, 1, 2, 3, 1)])
    peak, gone = reviewer.peak(Processing()), reviewer.frame(4, Processing())
    dark = reviewer.frame(3, Processing()) < 60
    assert dark[20:-20, 20:-20].sum() > 20
    inner = np.zeros_like(dark)
    inner[20:-20, 20:-20] = dark[20:-20, 20:-20]
    assert np.median(peak[inner]) < 70
    assert np.median(gone[inner]) > 120
    native = reviewer.frame(3, Processing(subtract=False))
    assert residue(native) > 2 * residue(gone)


def test_no_frame_no_picture(run) -> None:  # type: ignore[no-untyped-def]
    imager, scenes = run
    with pytest.raises(ValueError, match="no frame 7"):
        Reviewer(imager, scenes).frame(6, Processing())
    with pytest.raises(ValueError, match="without frames"):
        Reviewer(imager, [])
