"""Walls that move while devices lie in them."""

import numpy as np
import pytest

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.manoeuvres.operator import Operator

from .anatomies import renal


@pytest.fixture
def in_the_iliac():
    anatomy, access = renal(6.0)
    o = Operator(Lumen(build_tree(anatomy)), access).mount("wire-035-angled", "catheter-5f-cobra2")
    o.do({"wire": (80.0, 0.0)}, until=lambda o: o.inserted("wire") > 150.0)
    o.do({"catheter": (80.0, 0.0)}, until=lambda o: o.inserted("catheter") > 110.0)
    o.wait()
    return o


def narrowed(o, vessel, radius_mm, first, last):
    """The radii with a vessel's samples ``first`` to ``last`` narrowed."""
    tree = o.lumen.tree
    start = int(tree.first[tree.by_id[vessel].index])
    radius = tree.sample_radius_mm.copy()
    part = slice(start + first, start + last)
    radius[part] = np.minimum(radius[part], radius_mm)
    return radius


def test_a_narrowing_presses_devices_inwards_and_lets_them_slide(in_the_iliac):
    o = in_the_iliac
    o.system.reshape(narrowed(o, "right_common_iliac", 1.2, 20, 50))
    o.outside_mm = 0.0
    o.wait(0.5)
    assert o.outside_mm < 0.3
    assert not o.system.slipped
    before = o.inserted("wire")
    o.do({"wire": (-30.0, 0.0)}, seconds=0.5)
    assert o.inserted("wire") == pytest.approx(before - 15.0, abs=0.5)
    o.do({"wire": (30.0, 0.0), "catheter": (20.0, 0.0)}, seconds=0.5)
    assert o.inserted("wire") > before - 5.0
    assert o.outside_mm < 0.3


def test_a_widening_wakes_a_settled_rod(in_the_iliac):
    o = in_the_iliac
    o.system.reshape(narrowed(o, "right_common_iliac", 1.2, 20, 50))
    o.wait(2.0)
    pressed = o.system.rod.nodes.copy()
    o.system.reshape(o.lumen.tree.sample_radius_mm)
    o.wait(1.0)
    assert np.abs(o.system.rod.nodes - pressed).max() > 0.2


def test_a_changed_calibre_is_saved_and_restored(in_the_iliac):
    o = in_the_iliac
    wide = o.system.save()
    o.system.reshape(narrowed(o, "right_common_iliac", 1.2, 20, 50))
    tight = o.system.save()
    o.do({"wire": (40.0, 0.0)}, seconds=0.5)
    went = o.system.rod.nodes.copy()
    o.system.restore(wide)
    assert (o.lumen.radius_mm == o.lumen.tree.sample_radius_mm).all()
    o.wait(0.2)
    o.system.restore(tight)
    o.do({"wire": (40.0, 0.0)}, seconds=0.5)
    assert (o.system.rod.nodes == went).all()
