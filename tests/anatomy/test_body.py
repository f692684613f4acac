"""Bodies hold what measurements of people find."""

import numpy as np

from ir_sim.anatomy.body import build_body
from ir_sim.anatomy.body_layers import paint_layers


def test_a_femoral_shaft_has_the_mineral_that_densitometry_finds() -> None:
    # 1.1 to 1.6 g/cm2 over the shaft of an adult (DXA, femoral shaft region of the hip scan), and
    # a tube is densest at the rim of its marrow: about twice its middle
    layers = paint_layers(build_body("pelvis-leg"))
    bone = next(layer for layer in layers if layer.material == "bone" and layer.z_mm > -20)
    row = bone.image[round((bone.window.top + 400.0) / bone.mm)]
    shaft = row[: len(row) // 2]
    on = shaft > 0.1
    assert 25.0 < on.sum() * bone.mm < 31.0
    assert 1.1 < float(shaft[on].mean()) < 1.6
    inside = shaft[on]
    middle = float(np.median(inside[len(inside) * 2 // 5 : len(inside) * 3 // 5]))
    assert 1.4 < float(inside.max()) / middle < 2.4
