"""A program killed at random moments loses no finished run and a second of a running one."""

from kill_runs import kill


def test_kill_minus_nine():
    total = kill(4, seed=7, tell=lambda _: None)
    assert total["lost"] == 0
    assert total["most_missing_ticks"] <= 60
    assert total["finished"] + total["cut_off"] > 0
