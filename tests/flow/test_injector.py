"""Flow through catheters and the power injector's course."""

from __future__ import annotations

import numpy as np
import pytest

from ir_sim.flow.injector import HAND_PSI, PowerInjection, medium, most_flow_ml_s, pressure_psi


def test_slow_flow_is_poiseuilles():
    mu, _ = medium(300.0)
    exact = 128 * mu * 1e-3 * 1.0 * 2e-6 / (np.pi * (1.0e-3) ** 4) / 6894.76
    assert mu == pytest.approx(6.3)  # iohexol 300 at 37 °C
    assert pressure_psi(2.0, 1000.0, 1.0) == pytest.approx(exact, rel=1e-12)


def test_fast_thin_flow_is_turbulent_and_needs_more():
    laminar = 15 * pressure_psi(1.0, 650.0, 1.2, 0.0)
    assert pressure_psi(15.0, 650.0, 1.2, 0.0) > 1.5 * laminar


@pytest.mark.parametrize("psi", [50.0, 300.0, 1000.0])
def test_flow_and_pressure_are_inverse(psi):
    flow = most_flow_ml_s(psi, 900.0, 1.05)
    assert pressure_psi(flow, 900.0, 1.05) == pytest.approx(psi, rel=1e-6)


def test_catheters_pass_what_they_are_known_to_pass():
    # note flow.md: 5F by hand 3 to 6 mL/s, a microcatheter at most 2 to 3
    assert 3.0 <= most_flow_ml_s(HAND_PSI, 800.0, 1.12) <= 6.0
    assert most_flow_ml_s(HAND_PSI, 1300.0, 0.57) < 1.0
    assert 1.5 <= most_flow_ml_s(750.0, 1300.0, 0.65) <= 4.0
    assert most_flow_ml_s(1050.0, 650.0, 1.12) > 15.0  # a 5F pigtail in the aorta


def test_a_power_injection_rises_holds_and_stops():
    shot = PowerInjection(15.0, 30.0, rise_s=0.4)
    t = np.linspace(0, 3, 3001)
    given = np.array([shot.given_ml(x) for x in t])
    flow = np.diff(given) / np.diff(t)
    assert flow.max() == pytest.approx(15.0)
    assert flow[200] == pytest.approx(7.5, rel=0.01)
    assert given[-1] == 30.0
    assert shot.given_ml(shot.duration_s()) == pytest.approx(30.0)
    assert shot.given_ml(shot.duration_s() - 0.1) == pytest.approx(28.5)
    slow = PowerInjection(15.0, 30.0, limit_psi=300.0)
    most = most_flow_ml_s(slow.limit_psi, 1000.0, 1.0)
    assert slow.duration_s(most) == pytest.approx(30.0 / most)


@pytest.mark.parametrize("wrong", [{"rate_ml_s": 0.0}, {"volume_ml": -1.0}, {"rise_s": np.inf}])
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError, match="power injector"):
        PowerInjection(**({"rate_ml_s": 5.0, "volume_ml": 10.0} | wrong))
