"""The lumen's signed distance, walls and layers against geometry that can be written down."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.anatomy.curve import arclength, smooth_curve
from ir_sim.anatomy.layers import assign_layers
from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.lumen_layer import WALL_RADIUS_MM
from ir_sim.anatomy.outline import tube_polygon
from ir_sim.anatomy.vessel_tree import build_tree
from ir_sim.scenario.lesions import Aneurysm, Stenosis
from ir_sim.scenario.model import Anatomy, Vessel


def tree_of(*vessels):
    return build_tree(Anatomy(body="generic", vessels=[Vessel(**v) for v in vessels]))


STRAIGHT = {"id": "trunk", "points": [[0.0, 200.0, 6.0], [0.0, 100.0, 6.0], [0.0, 0.0, 6.0]]}


def test_a_curve_passes_through_its_points_evenly():
    points = np.array([[0.0, 0, 3], [10, 20, 2.5], [40, 30, 2], [60, 10, 1.5]])
    curve = smooth_curve(points)
    for point in points:
        assert np.hypot(*(curve[:, :2] - point[:2]).T).min() < 0.6
    steps = np.diff(arclength(curve))
    assert steps == pytest.approx(steps.mean(), rel=0.01)
    assert (np.diff(curve[:, 2]) <= 1e-9).all()  # a calibre that only falls stays falling


def test_clearance_of_a_straight_tube():
    lumen = Lumen(tree_of(STRAIGHT))
    x = np.linspace(-8, 8, 65)
    at = np.stack([x, np.full_like(x, 90.3)], 1)
    assert lumen.maps[0].clearance_mm(at) == pytest.approx(6.0 - np.abs(x), abs=0.13)
    wall = np.abs(np.abs(x) - 6.0) < 1.6
    assert lumen.maps[0].clearance_mm(at)[wall] == pytest.approx(6 - np.abs(x[wall]), abs=1e-3)


def test_walls_lie_their_own_radius_outside_the_lumen():
    layer = Lumen(tree_of(STRAIGHT)).maps[0]
    for line in layer.walls():
        distance = shapely.distance(shapely.points(line), layer.polygon)
        assert distance == pytest.approx(WALL_RADIUS_MM, abs=0.05)


def test_a_tapering_tube_has_its_cone_area():
    y = np.linspace(0, 100, 101)
    area = shapely.area(tube_polygon(np.stack([0 * y, y], 1), np.linspace(5, 3, 101)))
    ends = np.pi * (5**2 + 3**2) / 2
    assert area == pytest.approx(800 + ends, rel=0.01)


def test_a_bend_tighter_than_the_calibre_is_still_a_tube():
    a = np.linspace(0, np.pi, 40)
    polygon = tube_polygon(np.stack([3 * np.cos(a), 3 * np.sin(a)], 1), np.full(40, 4.0))
    assert polygon.is_valid
    assert polygon.geom_type == "Polygon"
    assert polygon.contains(shapely.Point(0, 0))


def test_the_ostium_is_where_the_child_leaves_its_parent():
    tree = tree_of(
        STRAIGHT, {"id": "side", "parent": "trunk", "points": [[7.0, 100, 2.0], [40.0, 100, 2.0]]}
    )
    side = tree.by_id["side"]
    assert side.parent_at_mm == pytest.approx(100, abs=1)
    assert side.point_at(0.0) == pytest.approx([6.0, 100.0], abs=0.1)
    assert side.length_mm == pytest.approx(34.0, abs=0.1)


def test_a_stenosis_narrows_by_its_percent_and_an_aneurysm_widens():
    lesions = [
        Stenosis(kind="stenosis", at_mm=60, length_mm=20, diameter_percent=70),
        Aneurysm(kind="aneurysm", at_mm=150, length_mm=30, diameter_mm=20.0),
    ]
    trunk = tree_of({**STRAIGHT, "lesions": lesions}).by_id["trunk"]
    assert trunk.radius_at(60) == pytest.approx(6 * 0.3, abs=0.02)
    assert trunk.radius_at(150) == pytest.approx(10.0, abs=0.05)
    assert trunk.radius_at(100) == pytest.approx(6.0)


def test_a_device_may_pass_a_crossing_vessel_without_feeling_it():
    crossing = [
        STRAIGHT,
        {
            "id": "arm",
            "parent": "trunk",
            "points": [[7, 180, 2.0], [40, 150, 2.0], [0, 60, 2.0], [-40, 40, 2.0]],
        },
    ]
    lumen = Lumen(tree_of(*crossing))
    of_trunk, of_arm = lumen.layers.layer
    assert of_trunk != of_arm
    wall = shapely.union_all([shapely.LineString(w) for w in lumen.maps[of_trunk].walls()])
    assert wall.distance(shapely.Point(0, 60)) > 6.0  # nothing of the arm stands in the trunk
    # at the mouth both layers are open
    mouth = np.array([[6.5, 180.0], [7.5, 179.5]])
    assert (lumen.maps[of_trunk].clearance_mm(mouth) > 0.5).all()
    assert (lumen.maps[of_arm].clearance_mm(mouth) > 0.5).all()


@st.composite
def random_trees(draw):
    """A trunk with children that cross anything they like."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    vessels = [{"id": "trunk", "points": [[0.0, 260.0, 8.0], [0.0, 130.0, 7.5], [0.0, 0.0, 7.0]]}]
    for i in range(draw(st.integers(1, 7))):
        side = float(rng.choice([-1.0, 1.0]))
        start = float(rng.uniform(30, 230))
        radius = float(rng.uniform(0.8, 3.5))
        at = np.array([side * (8.5 + radius * 0.2), start])
        angle = (0.0 if side > 0 else np.pi) + float(rng.uniform(-0.6, 0.6))
        points = [[*at, radius]]
        for _ in range(int(rng.integers(2, 6))):
            angle += float(rng.normal(0, 0.7))
            at = at + 22 * np.array([np.cos(angle), np.sin(angle)])
            points.append([float(at[0]), float(at[1]), radius])
        vessels.append({"id": f"v{i}", "parent": "trunk", "points": points})
    return vessels


@settings(max_examples=25, deadline=None)
@given(random_trees())
def test_vessels_on_one_layer_meet_only_at_their_joins(vessels):
    """Property: away from the ostia, a layer's tubes keep clear of one another."""
    tree = tree_of(*vessels)
    lumen = Lumen(tree)
    tubes = {
        v.index: tube_polygon(
            v.xy_mm[v.s_mm > lumen.layers.join_mm[v.index]],
            v.radius_mm[v.s_mm > lumen.layers.join_mm[v.index]],
        )
        for v in tree.vessels
        if (v.s_mm > lumen.layers.join_mm[v.index]).sum() > 1
    }
    whole = {v.index: tube_polygon(v.xy_mm, v.radius_mm) for v in tree.vessels}
    for i, tube in tubes.items():
        for j, other in whole.items():
            same = lumen.layers.layer[i] == lumen.layers.layer[j]
            kin = tree.vessels[j].parent == i  # a child does overlap its parent at its own join
            if i != j and same and not kin and tree.vessels[i].parent == j:
                assert tube.distance(other) > 0.0
    for layer in lumen.maps:
        assert layer.polygon.is_valid


@st.composite
def two_random_trees(draw):
    """Arteries with branches of branches, and a tree of veins over them."""
    vessels = draw(random_trees())
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    first = len(vessels)
    for i in range(draw(st.integers(1, 4))):
        parent = vessels[int(rng.integers(0, first))]
        at = np.array(parent["points"][-1][:2])
        radius = 0.8 * parent["points"][-1][2]
        angle = float(rng.uniform(0, 2 * np.pi))
        step = np.array([np.cos(angle), np.sin(angle)])
        points = [[*(at + k * step).tolist(), radius] for k in (radius + 1.0, 12.0, 30.0, 50.0)]
        vessels.append({"id": f"b{i}", "parent": parent["id"], "points": points})
    x, y = rng.uniform(-30, 30), rng.uniform(60, 200)
    vein = [[x, y + 40, 5.0], [x + rng.uniform(-20, 20), y, 5.0], [x, y - 40, 5.0]]
    vessels.append({"id": "vein", "kind": "vein", "points": vein})
    for i in range(2):
        step = rng.normal(0, 14, 2)
        way = [[x + float(k * step[0]), y - 40 + float(k * step[1]), 3.5] for k in (0.4, 1, 2)]
        vessels.append({"id": f"w{i}", "parent": "vein", "points": way})
    return vessels


@settings(max_examples=40, deadline=None)
@given(two_random_trees())
def test_no_vessel_is_joined_through_the_mouth_of_a_stranger(vessels):
    """Property: a mouth is open to its parent's layer, and there it touches no third vessel."""
    tree = tree_of(*vessels)
    layers = assign_layers(tree)
    for child in tree.vessels:
        mouth = child.s_mm <= layers.join_mm[child.index]
        if child.parent < 0 or mouth.sum() < 2:
            continue
        parent = tree.vessels[child.parent]
        tube = tube_polygon(child.xy_mm[mouth], child.radius_mm[mouth])
        for other in tree.vessels:
            kin = {parent.index, child.index, parent.parent}
            sibling = other.parent in kin - {-1}
            if other.index in kin or sibling:
                continue
            if layers.layer[other.index] == layers.layer[parent.index]:
                assert tube.distance(tube_polygon(other.xy_mm, other.radius_mm)) > 0.0


@settings(max_examples=15, deadline=None)
@given(random_trees())
def test_every_centreline_point_is_inside_its_own_lumen(vessels):
    tree = tree_of(*vessels)
    lumen = Lumen(tree)
    for vessel in tree.vessels:
        layer = lumen.maps[lumen.layers.layer[vessel.index]]
        own = vessel.s_mm > 0
        assert layer.clearance_mm(vessel.xy_mm[own]).min() > 0.3 * vessel.radius_mm.min()
