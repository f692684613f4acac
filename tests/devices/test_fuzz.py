"""Random hubs up to 200 mm/s and 720 deg/s, random exchanges; the long one is ``fuzz.main``."""

import pytest

from .anatomies import ANATOMIES
from .fuzz import run


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("name", list(ANATOMIES))
def test_nothing_breaks_and_nothing_leaves_the_vessel(name, seed):
    worst = run(name, seed, seconds=5.0)
    assert worst["not_finite"] == 0
    assert worst["outside_mm"] < 0.3
    assert worst["stretch"] < 1e-9
    assert worst["hub_n"] < 60.0
