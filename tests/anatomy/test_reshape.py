"""A change of calibre: the lumen as if authored so, and nothing changed elsewhere."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.lesions import Stenosis
from ir_sim.scenario.library import load
from ir_sim.scenario.model import Anatomy, Vessel

LESION = Stenosis(kind="stenosis", at_mm=70, length_mm=24, diameter_percent=70)


def anatomy(lesions):
    trunk = [[0.0, 200.0, 6.0], [6.0, 100.0, 6.0], [0.0, 0.0, 6.0]]
    side = [[13.0, 120.0, 2.5], [30.0, 116.0, 2.2], [60.0, 130.0, 2.0]]
    return Anatomy(
        body="generic",
        vessels=[
            Vessel(id="trunk", points=trunk, lesions=lesions),
            Vessel(id="side", parent="trunk", points=side),
        ],
    )


@pytest.fixture
def healthy():
    return Lumen(build_tree(anatomy([])))


@pytest.fixture(scope="module")
def narrowed():
    return Lumen(build_tree(anatomy([LESION])))


def test_reshaping_gives_the_lumen_that_would_have_been_authored(healthy, narrowed):
    assert [c.layer for c in healthy.reshape(narrowed.tree.sample_radius_mm)] == [0]
    ours, theirs = healthy.maps[0], narrowed.maps[0]
    x, y = np.meshgrid(np.arange(-8, 62, 0.7), np.arange(2, 198, 0.7))
    at = np.stack([x.ravel(), y.ravel()], 1)
    mine, wanted = ours.clearance_mm(at), theirs.clearance_mm(at)
    near = (wanted > -3.0) & (wanted < 1.0)
    assert np.abs(mine - wanted)[near].max() < 0.1
    # deep inside, both tell a little too small a distance; neither is farther off than the other
    points = shapely.points(at)
    inside = shapely.contains(theirs.polygon, points)
    exact = shapely.distance(points, shapely.boundary(theirs.polygon)) * np.where(inside, 1, -1)
    near = (exact > -3.0) & (exact < 4.0)
    off, authored_off = (np.abs(some - exact)[near].max() for some in (mine, wanted))
    assert off < authored_off + 0.01
    assert shapely.area(shapely.symmetric_difference(ours.polygon, theirs.polygon)) < 0.5
    walls = [shapely.union_all([shapely.LineString(w) for w in m.walls()]) for m in (ours, theirs)]
    assert shapely.hausdorff_distance(*walls, densify=0.1) < 0.1


def test_only_the_radii_count_not_the_way_to_them(healthy, narrowed):
    authored = healthy.maps[0]
    target = narrowed.tree.sample_radius_mm
    healthy.reshape(0.5 * target + 0.5 * healthy.radius_mm)
    healthy.reshape(target)
    once = Lumen(build_tree(anatomy([])))
    once.reshape(target)
    for ours, other in zip(healthy.maps[0].walls(), once.maps[0].walls(), strict=True):
        assert (ours == other).all()
    assert (healthy.maps[0].depth_mm == once.maps[0].depth_mm).all()
    healthy.reshape(healthy.tree.sample_radius_mm)
    assert (healthy.maps[0].depth_mm == authored.depth_mm).all()
    assert healthy.maps[0].polygon.equals(authored.polygon)


def bits(lumen):
    """All that devices see of a lumen."""
    return [
        (m.depth_mm.tobytes(), m.sample.tobytes(), np.concatenate(m.walls(), axis=None).tobytes())
        for m in lumen.maps
    ]


@pytest.fixture(scope="module")
def lumens():
    """Lumens that are reshaped again and again."""
    liver, knee = load("liver-chemoembolization").anatomy, anatomy([LESION])
    return [Lumen(build_tree(a)) for a in (knee, liver)]


STRETCH = st.tuples(st.integers(0, 10**6), st.integers(1, 40), st.floats(0.02, 1.9), st.booleans())


@settings(max_examples=20, deadline=None)
@given(which=st.integers(0, 1), way=st.lists(STRETCH, min_size=1, max_size=4))
def test_any_way_to_some_radii_gives_the_same_bits(lumens, which, way):
    lumen = lumens[which]
    first = lumen.tree.sample_radius_mm
    lumen.reshape(first)
    authored, radius = bits(lumen), first.copy()
    for start, length, factor, back in way:
        part = slice(start % len(first), start % len(first) + length)
        radius[part] = first[part] if back else np.maximum(first[part] * factor, 0.06)
        lumen.reshape(radius)
    after = bits(lumen)
    lumen.reshape(first)
    assert bits(lumen) == authored
    lumen.reshape(radius)
    assert bits(lumen) == after


def test_nothing_changes_away_from_the_change():
    scenario = load("right-renal-selective")
    lumen = Lumen(build_tree(scenario.anatomy))
    renal = lumen.tree.by_id["left_renal"]
    radius = lumen.radius_mm.copy()
    first = lumen.tree.first[renal.index]
    radius[first + 30 : first + 45] *= 0.5
    before = list(lumen.maps)
    changed = [change.layer for change in lumen.reshape(radius)]
    assert changed == [lumen.layers.layer[renal.index]]
    layer = changed[0]
    differs = lumen.maps[layer].depth_mm != before[layer].depth_mm
    rows, columns = np.nonzero(differs)
    at = before[layer].origin_mm + 0.5 * np.stack([columns, rows], 1)
    assert len(at)
    away = np.hypot(*(at[:, None] - renal.xy_mm[None, 30:45]).transpose(2, 0, 1)).min(1)
    assert away.max() < 12.0
    old = {tuple(p) for w in before[layer].walls() for p in w.tolist()}
    new = {tuple(p) for w in lumen.maps[layer].walls() for p in w.tolist()}
    assert len(old - new) < 0.1 * len(old)  # few walls are laid anew


def test_impossible_radii_are_refused(healthy):
    with pytest.raises(ValueError, match="positive"):
        healthy.reshape(np.zeros_like(healthy.radius_mm))
    with pytest.raises(ValueError, match="samples"):
        healthy.reshape(np.ones(3))
