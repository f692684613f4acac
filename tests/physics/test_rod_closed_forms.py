"""The rod against closed forms, at the default link length."""

import numpy as np
import pytest
from scipy.integrate import solve_bvp

from ir_sim.devices.rod import Rod
from ir_sim.devices.stack import Mounted
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
