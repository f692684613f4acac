"""Chalk in a calcified wall is on the film before anything is injected."""

import numpy as np

from ir_sim.anatomy.body import build_body
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.model import Anatomy
from ir_sim.xray.beam import beam_quality
from ir_sim.xray.fixtures import fixtures_of
from ir_sim.xray.line_integrals import LineIntegrals
from ir_sim.xray.settings import Settings

LESION = {"kind": "stenosis", "at_mm": 60, "length_mm": 40, "diameter_percent": 60}


def tree(hardness: str):
    vessel = {
        "id": "femoral",
        "points": [[0, 60, 3.0], [0, 0, 3.0], [0, -60, 3.0]],
        "outlet": {"organ": "muscle", "flow_ml_min": 100},
        "lesions": [{**LESION, "hardness": hardness}],
    }
    return build_tree(Anatomy.model_validate({"body": "generic", "vessels": [vessel]}))


def test_only_a_calcified_lesion_has_chalk_and_always_the_same() -> None:
    assert fixtures_of(tree("fibrous")) == ()
    one, two = fixtures_of(tree("calcified")), fixtures_of(tree("calcified"))
    assert len(one) == len(two) > 10
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.points_mm, b.points_mm)
        assert (np.abs(a.points_mm[:, 1]) <= 24.0).all()  # the lesion, 3 mm beyond, a row's end
        assert (np.abs(a.points_mm[:, 0]) <= 3.2).all()  # in the wall, not in the lumen's middle


def test_chalk_lies_in_the_maps_at_its_place_and_weighs_what_it_should() -> None:
    body = build_body("generic")
    settings = Settings(field_cm=22.0)
    beam = beam_quality(70.0)
    bare, chalky = (
        LineIntegrals(tree(kind), body, (), 256).view(settings) for kind in ("fibrous", "calcified")
    )
    extra = chalky.still_at(beam) - bare.still_at(beam)
    mm = chalky.projection.mm_per_px
    middle = 0.5 * (extra.shape[0] - 1)
    row, column = np.nonzero(extra > 0.02)
    assert np.abs((row - middle) * mm).max() < 26.0
    assert np.abs((column - middle) * mm).max() < 5.0
    assert extra.min() > -1e-4
    assert 0.05 < extra.max() < 2.0
