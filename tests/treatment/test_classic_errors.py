"""The classic errors of the iliac case, made by a scripted pair of hands, found and costed."""

import numpy as np

from ir_sim.scenario.library import load
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.training.session import Session


def test_a_large_balloon_without_heparin_or_a_film_costs_what_the_rubric_says():
    sim = Session(load("iliac-stenosis-stent"), 1)

    def run(seconds, **controls):
        for _ in range(round(60 * seconds)):
            sim.step(Controls(**controls))

    sim.step(Controls(actions=(Action("mount", slot="wire", device="wire-035-angled"),)))
    run(5.0, motions={"wire": Motion(60.0)}, pedal="fluoro")
    large = "balloon-035-10x40"
    sim.step(Controls(actions=(Action("mount", slot="catheter", device=large),)))
    lesion = sim.tree.by_id["right_common_iliac"].point_at(38.0)
    for _ in range(600):
        held = sim.state.devices["catheter"]
        curve, s = held.chain.curve, held.chain.curve_s_mm
        off = s[int(np.argmin(np.hypot(*(curve - lesion).T)))] + 25.0 - held.inserted_mm
        if abs(off) < 0.8:
            break
        move = Motion(float(np.clip(4.0 * off, -50.0, 50.0)))
        sim.step(Controls(motions={"catheter": move}, pedal="fluoro"))
    sim.step(Controls(actions=(Action("take_up", device=large),)))
    run(2.6, treat=5.0)  # to 13 atm; the label says 12
    run(2.0, treat=-10.0)
    sim.step(
        Controls(
            actions=(
                Action(
                    "finish",
                ),
            )
        )
    )
    codes = [event.data["code"] for event in sim.events if event.kind == "error"]
    for code in ("balloon_oversized", "balloon_over_rated", "heparin_missing", "no_control_run"):
        assert codes.count(code) == 1, codes
    score = sim.score()
    assert not score.passed
    assert score.total <= 50.0
    weights = {e.data["code"]: e.data["weight"] for e in sim.events if e.kind == "error"}
    assert weights["balloon_oversized"] == 3
