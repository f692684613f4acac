"""Chalk in a calcified wall is on the film before anything is injected."""

from dataclasses import replace

import numpy as np

from ir_sim.anatomy.body import build_body
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.model import Anatomy
from ir_sim.xray.beam import beam_quality
from ir_sim.xray.fixtures import fixtures_of
from ir_sim.xray.line_integrals import LineIntegrals
from ir_sim.xray.settings import Settings

BODY = build_body("generic")
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
    assert fixtures_of(tree("fibrous"), BODY) == ()
    one, two = fixtures_of(tree("calcified"), BODY), fixtures_of(tree("calcified"), BODY)
    assert len(one) == len(two) > 10
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.points_mm, b.points_mm)
        assert (np.abs(a.points_mm[:, 1]) <= 24.0).all()  # the lesion, 3 mm beyond, a row's end
        assert (np.abs(a.points_mm[:, 0]) <= 3.2).all()  # in the wall, not in the lumen's middle


def test_chalk_lies_in_the_maps_at_its_place_and_weighs_what_it_should() -> None:
    settings = Settings(field_cm=22.0)
    beam = beam_quality(70.0)
    bare, chalky = (
        LineIntegrals(tree(kind), BODY, (), 256).view(settings) for kind in ("fibrous", "calcified")
    )
    extra = chalky.still_at(beam) - bare.still_at(beam)
    mm = chalky.projection.mm_per_px
    middle = 0.5 * (extra.shape[0] - 1)
    row, column = np.nonzero(extra > 0.02)
    assert np.abs((row - middle) * mm).max() < 26.0
    assert np.abs((column - middle) * mm).max() < 5.0
    assert extra.min() > -1e-4
    assert 0.05 < extra.max() < 2.0


def test_staples_lie_in_their_rows_every_5_mm() -> None:
    row = fixtures_of(tree("fibrous"), replace(BODY, staples=((0.0, 10.0, 30.0, 10.0),)))
    assert len(row) == 7
    middles = np.array([shape.points_mm.mean(0) for shape in row])
    np.testing.assert_allclose(np.diff(middles[:, 0]), 5.0)
    assert all(piece.material == "titanium" for shape in row for piece in shape.pieces)


def test_a_calcified_vessel_has_the_more_chalk_the_more_percent() -> None:
    def count(percent: float) -> int:
        vessel = {"id": "aorta", "points": [[0, 60, 9.0], [0, -60, 9.0]]}
        vessel |= {"outlet": {"organ": "muscle", "flow_ml_min": 100}, "calcium_percent": percent}
        anatomy = Anatomy.model_validate({"body": "generic", "vessels": [vessel]})
        return len(fixtures_of(build_tree(anatomy), BODY))

    assert count(0.0) == 0
    assert 0 < count(20.0) < 0.5 * count(80.0)
