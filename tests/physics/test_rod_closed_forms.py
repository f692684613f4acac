"""The rod against closed forms, at the default link length."""

import numpy as np
import pytest
import shapely
from scipy.integrate import solve_bvp
from shapely.geometry.polygon import orient

from ir_sim.anatomy.lumen_layer import WALL_RADIUS_MM
from ir_sim.devices.contact_space import ContactSpace
from ir_sim.devices.rod import Rod
from ir_sim.devices.stack import Mounted
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.device import Device, Section

DT = 1 / 60


def straight(ei, length_mm=400.0, kind="wire", **more):
    sizes = {"diameter_in": 0.035} if kind == "wire" else {"diameter_fr": 5, "inner_in": 0.038}
    sections = more.pop("sections", [Section(length_mm=length_mm, ei_n_mm2=ei)])
    return Device(
        id="probe",
        title="probe",
        kind=kind,
        length_cm=length_mm / 10,
        sections=sections,
        friction=more.pop("friction", 0.0),
        material="steel",
        sources={"ei": "assumed"},
        **sizes,
    )


def free_rod(devices, length_mm, link_mm=4.0):
    """A rod in free space, fed out to a length."""
    rod = Rod(None, 0j, 0.0, link_mm=link_mm)
    mounted = [Mounted.fresh(device) for device in devices]
    while max(m.inserted_mm for m in mounted) < length_mm - 1e-9:
        feed = np.array([min(1.0, length_mm - m.inserted_mm) for m in mounted])
        rod.advance(mounted, feed, np.zeros(len(mounted)), DT)
    return rod, mounted


def settle(rod, mounted, seconds):
    still = np.zeros(len(mounted))
    for _ in range(round(seconds / DT)):
        rod.advance(mounted, still, still, DT)


def elastica_tip(load):
    """Tip of a cantilever of length 100 under a dead end load with P L^2 / EI = load."""
    s = np.linspace(0, 1, 400)
    guess = np.vstack((np.minimum(1, load / 2) * s, np.ones_like(s)))
    solution = solve_bvp(
        lambda _, y: np.vstack((y[1], -load * np.cos(y[0]))),
        lambda a, b: np.array([a[0], b[1]]),
        s,
        guess,
        tol=1e-9,
        max_nodes=20000,
    )
    theta = solution.sol(s)[0]
    return 100 * (np.trapezoid(np.cos(theta), s) + 1j * np.trapezoid(np.sin(theta), s))


@pytest.mark.parametrize("load", [0.15, 1.0, 5.0, 10.0])
def test_cantilever_follows_the_elastica(load):
    rod, mounted = free_rod([straight(100.0)], 100.0)
    rod.tip_force_n = 1j * load * 100.0 / 1e4
    settle(rod, mounted, 4.0)
    assert abs(rod.nodes[-1] - elastica_tip(load)) < 0.5


def test_a_column_buckles_at_the_euler_load():
    """Clamped-free: P = pi^2 EI / 4 L^2; a disturbance decays below it and grows above it."""
    critical = np.pi**2 * 100.0 / (4 * 100.0**2)

    def grows(share):
        rod, mounted = free_rod([straight(100.0)], 100.0)
        rod.tip_force_n = -share * critical + 1e-4j * critical
        settle(rod, mounted, 0.5)
        rod.tip_force_n = -share * critical + 0j
        settle(rod, mounted, 0.5)
        early = abs(rod.nodes[-1].imag)
        settle(rod, mounted, 3.0)
        return abs(rod.nodes[-1].imag) > early

    assert not grows(0.95)
    assert grows(1.05)


@pytest.mark.parametrize("wire_ei", [10.0, 100.0, 1000.0])
def test_a_wire_straightens_a_catheter_by_the_ratio_of_stiffness(wire_ei):
    curve = [
        Section(length_mm=60, ei_n_mm2=100.0, arc_deg=np.degrees(3.0)),
        Section(length_mm=340, ei_n_mm2=100.0),
    ]
    catheter = straight(100.0, kind="catheter", sections=curve)
    wire = straight(wire_ei, 500.0)
    rod, mounted = free_rod([wire, catheter], 60.0)
    settle(rod, mounted, 3.0)
    turned = rod.state.angle[-1] - rod.base_rad
    assert turned == pytest.approx(3.0 * 100.0 / (100.0 + wire_ei), rel=0.02)


@pytest.mark.parametrize("phi_deg", [0.0, 60.0, 90.0, 180.0])
def test_a_turned_curve_shows_its_cosine(phi_deg):
    curve = [
        Section(length_mm=40, ei_n_mm2=50.0, arc_deg=90),
        Section(length_mm=360, ei_n_mm2=50.0),
    ]
    rod, mounted = free_rod([straight(50.0, kind="catheter", sections=curve)], 80.0)
    rod.advance(mounted, np.zeros(1), np.radians([phi_deg]), DT)
    settle(rod, mounted, 3.0)
    turned = np.degrees(rod.state.angle[-1])
    assert turned == pytest.approx(90.0 * np.cos(np.radians(phi_deg)), abs=1.0)


def test_the_chain_neither_stretches_nor_opens():
    rod, mounted = free_rod([straight(20.0)], 123.4)
    rod.tip_force_n = 3.0 - 2.0j
    settle(rod, mounted, 1.0)
    assert np.abs(np.diff(rod.nodes)) == pytest.approx(rod.state.length_mm, abs=1e-9)
    assert rod.state.length_mm.sum() == pytest.approx(123.4, abs=1e-9)


def bent_pipe(bend_rad, radius_mm=20.0, bore_mm=3.0, leg_mm=60.0):
    """A pipe with a straight leg, a bend to the left and another leg; and where it starts."""
    turn = np.linspace(0.0, bend_rad, 60)
    bend = radius_mm * (np.sin(turn) + 1j * (1.0 - np.cos(turn)))
    far = bend[-1] + leg_mm * np.exp(1j * bend_rad)
    axis = np.concatenate([[-leg_mm], bend, [far]])
    line = shapely.LineString(np.stack([axis.real, axis.imag], 1))
    outside = shapely.buffer(line, bore_mm + WALL_RADIUS_MM, quad_segs=64)
    ring = shapely.get_coordinates(orient(outside).exterior)
    return ContactSpace([[ring]], WALL_RADIUS_MM), complex(1.0 - leg_mm)


@pytest.mark.parametrize("bend_deg", [90.0, 180.0])
@pytest.mark.parametrize("friction", [0.05, 0.2])
def test_a_pull_round_a_bend_grows_as_the_capstan(bend_deg, friction):
    """T_hub / T_tip = exp(mu theta) while the rod slides (Euler-Eytelwein)."""
    bend = np.radians(bend_deg)
    space, start = bent_pipe(bend)
    rod = Rod(space, start, 0.0)
    mounted = [Mounted.fresh(straight(0.5, 400.0, friction=friction))]
    length = 60.0 + 20.0 * bend + 45.0
    while mounted[0].inserted_mm < length:
        rod.advance(mounted, np.ones(1), np.zeros(1), DT)
    tension = 0.5
    rod.tip_force_n = tension * np.exp(1j * bend)
    settle(rod, mounted, 2.0)
    pulls = []
    for _ in range(120):
        rod.advance(mounted, np.full(1, -0.1), np.zeros(1), DT)
        pulls.append(-rod.felt.push_n)
    assert np.mean(pulls[-60:]) / tension == pytest.approx(np.exp(friction * bend), rel=0.08)


@pytest.mark.parametrize("name", sorted(shipped_devices()))
def test_every_device_of_the_catalogue_takes_its_rest_shape(name):
    device = shipped_devices()[name]
    ends = np.cumsum([section.length_mm for section in device.sections])
    shaped = [end for end, s in zip(ends, device.sections, strict=True) if s.arc_deg]
    length = min(max([*shaped, 20.0]) + 15.0, device.length_mm)
    rod, mounted = free_rod([device], length)
    settle(rod, mounted, 2.0)
    middle = length - 0.5 * (rod.node_s_mm[1:] + rod.node_s_mm[:-1])  # from the tip
    middle[-1] = 0.0  # the last link shows the tip's direction
    turned = np.array([section.arc_deg for section in device.sections])
    start = ends - [section.length_mm for section in device.sections]
    share = np.clip((ends - middle[:, None]) / (ends - start), 0.0, 1.0)
    assert np.degrees(rod.state.angle) == pytest.approx(share @ turned, abs=2.0)


def test_the_rest_shape_does_not_depend_on_the_link_length():
    device = shipped_devices()["catheter-5f-cobra2"]
    tips = []
    for link_mm in (4.0, 2.0):
        rod, mounted = free_rod([device], 130.0, link_mm)
        settle(rod, mounted, 2.0)
        tips.append(rod.nodes[-1])
    assert abs(tips[0] - tips[1]) < 1.0
