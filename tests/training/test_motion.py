"""Quality of motion against closed forms and the published behaviour of SPARC."""

import numpy as np
import pytest

from ir_sim.training.motion import (
    mean_spectral_arc_length,
    movements,
    path_length_mm,
    spectral_arc_length,
    sub_movements,
)

RATE = 100.0


def smooth(seconds, peak=1.0, rate=RATE):
    """Speed of a minimum-jerk reach: 30 t²(1-t)² over its duration."""
    t = np.linspace(0.0, 1.0, round(seconds * rate) + 1)
    return peak * 30.0 * t**2 * (1.0 - t) ** 2 / 1.875


def test_one_smooth_reach_has_the_published_value():
    """Balasubramanian 2015: about -1.41 for one minimum-jerk movement."""
    assert spectral_arc_length(smooth(1.0), RATE) == pytest.approx(-1.41, abs=0.02)


@pytest.mark.parametrize("seconds", [0.7, 2.0, 5.0])
@pytest.mark.parametrize("peak", [0.01, 1.0, 300.0])
def test_size_and_duration_do_not_matter(seconds, peak):
    assert spectral_arc_length(smooth(seconds, peak), RATE) == pytest.approx(-1.41, abs=0.03)


def test_more_pieces_are_less_smooth():
    one = smooth(1.0)
    values = [spectral_arc_length(np.concatenate([one] * n), RATE) for n in (1, 2, 4, 8)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 2.0 * values[0]


def test_pieces_are_counted():
    speed = 30.0 * np.concatenate([smooth(1.0)] * 5)
    assert sub_movements(speed, RATE) == 5
    assert sub_movements(np.zeros(50), RATE) == 0


def test_movements_are_parted_by_rests_only():
    one, rest = 30.0 * smooth(1.5, rate=10.0), np.zeros(30)
    assert len(list(movements(np.concatenate([one, rest, one]), 10.0))) == 2
    assert len(list(movements(np.concatenate([one, np.zeros(3), one]), 10.0))) == 1
    value = mean_spectral_arc_length(np.concatenate([one, rest, one]), 10.0)
    alone = mean_spectral_arc_length(one, 10.0)
    assert value == pytest.approx(alone, rel=1e-6)
    assert mean_spectral_arc_length(rest, 10.0) is None


def test_a_circle_is_as_long_as_it_is_and_gaps_do_not_count():
    t = np.linspace(0.0, 2.0 * np.pi, 2001)
    xy = 7.0 * np.stack([np.cos(t), np.sin(t)], 1)
    assert path_length_mm(xy) == pytest.approx(14.0 * np.pi, rel=1e-5)
    xy[500:1000] = np.nan
    assert path_length_mm(xy) == pytest.approx(0.75 * 14.0 * np.pi, rel=2e-3)
    assert path_length_mm(xy[:1]) == 0.0


def test_a_tip_that_does_not_move_has_no_smoothness():
    with pytest.raises(ValueError, match="does not move"):
        spectral_arc_length(np.zeros(20), RATE)
