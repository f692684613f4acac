"""Walls and carinas that follow the calibres: the way to them does not count, only the calibres."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.lumen_layer import WALL_RADIUS_MM
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.devices.contact_space import ContactSpace
from ir_sim.devices.following import CLOSING_MM, LEAST_MM, STRETCH, Stretches
from ir_sim.scenario.library import load

STEPS = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(1, 40), st.floats(0.02, 1.9), st.booleans()),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def tree():
    return build_tree(load("liver-chemoembolization").anatomy)


def laid(lumen, radii):
    """A contact space after walls for some radii were laid one after the other."""
    walls = [layer.walls() for layer in lumen.maps]
    space = ContactSpace(walls, WALL_RADIUS_MM, lumen.bounds)
    for radius in radii:
        for change in lumen.reshape(radius):
            space.lay_walls(change)
    return space


def test_walls_and_carinas_depend_on_the_radii_alone(tree):
    lumen = Lumen(tree)
    first = tree.sample_radius_mm
    points = np.stack(np.meshgrid(np.arange(-90, 90, 1.7), np.arange(-300, 200, 1.7)), -1)
    points = (points @ np.array([1.0, 1j])).ravel()

    @settings(max_examples=8, deadline=None)
    @given(STEPS)
    def run(steps):
        way = [first.copy()]
        for start, length, factor, back in steps:
            part = slice(start % len(first), start % len(first) + length)
            radius = way[-1].copy()
            radius[part] = first[part] if back else np.maximum(first[part] * factor, 0.06)
            way.append(radius)
        lumen.reshape(first)
        step_by_step = laid(lumen, way)
        lumen.reshape(first)
        at_once = laid(lumen, way[-1:])
        assert step_by_step.walls() == at_once.walls()
        for k in range(len(lumen.maps)):
            ours, theirs = (space.nearest_carina(k, points) for space in (step_by_step, at_once))
            assert ours.tobytes() == theirs.tobytes()

    run()


def test_the_distance_follows_the_walls_a_tick_later_and_is_the_same(tree):
    first = tree.sample_radius_mm
    narrow = np.where(np.arange(len(first)) % 50 < 8, 0.7 * first, first)
    at_once, later = Lumen(tree), Lumen(tree)
    at_once.reshape(narrow)
    changes = later.reshape(narrow, may_wait=True)
    assert [change.layer for change in changes] == list(range(len(later.maps)))
    assert later.painted_mm is not later.radius_mm
    for ours, authored in zip(later.maps, Lumen(tree).maps, strict=True):
        assert (ours.depth_mm == authored.depth_mm).all()
        assert [w.tolist() for w in ours.walls()] != [w.tolist() for w in authored.walls()]
    assert (later.paint() == np.flatnonzero(narrow != first)).all()
    assert not len(later.paint())
    for ours, theirs in zip(later.maps, at_once.maps, strict=True):
        assert ours.depth_mm.tobytes() == theirs.depth_mm.tobytes()
        assert ours.sample.tobytes() == theirs.sample.tobytes()


def test_the_stretch_with_a_device_is_next_then_the_one_furthest_behind(tree):
    stretches, first = Stretches(tree), tree.sample_radius_mm
    nothing = np.zeros(0, complex)
    assert stretches.next(first + 0.9 * LEAST_MM, first, nothing) is None
    wanted = first.copy()
    wanted[50] += 0.1
    wanted[400] += 0.5
    part, near = stretches.next(wanted, first, nothing)
    assert part.start <= 400 < part.stop
    assert not near
    assert part.stop - part.start <= STRETCH
    x, y = tree.sample_xy_mm[50]
    part, near = stretches.next(wanted, first, np.array([complex(x, y)]))
    assert part.start <= 50 < part.stop
    assert near
    assert CLOSING_MM < 0.25  # what a point may be outside
