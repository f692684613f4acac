"""Any course of events: no crash, a score within its bounds, and the same after a restore."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.state import Injecting
from ir_sim.training.assessment import Assessment
from ir_sim.training.rubric import load_rubric
from ir_sim.xray import Settings
from tests.training.bench import Bench

FORMS = "checklist: {heparin: yes, before: [identity, labs, time-out], after: [record]}"
KINDS = (
    "mounted", "removed", "wall_force", "perforation", "catheter_without_wire", "run_started",
    "run_ended", "stent_deployed", "embolus", "finished", "unheard_of",
)  # fmt: skip
VESSELS = ("aorta", "right_renal", "left_renal", "mesenteric")

place = st.tuples(
    st.sampled_from(("wire", "catheter")),
    st.sampled_from(VESSELS),
    st.floats(0.0, 60.0),
    st.floats(0.0, 300.0),
)
ACTS = st.one_of(
    st.tuples(st.just("place"), place),
    st.tuples(st.just("event"), st.sampled_from(KINDS)),
    st.tuples(st.just("pedal"), st.sampled_from(("off", "fluoro", "acquire"))),
    st.tuples(st.just("inject"), st.tuples(st.floats(0.0, 8.0), st.sampled_from(VESSELS))),
    st.tuples(st.just("field"), st.sampled_from((48.0, 22.0, 16.0))),
    st.tuples(st.just("answer"), st.sampled_from(("identity", "labs", "nonsense", "record"))),
    st.tuples(st.just("hint"), st.none()),
    st.tuples(st.just("run"), st.integers(1, 400)),
)


def do(bench, act):
    """One act of a course, then a tick or more."""
    kind, what = act
    actions = ()
    if kind == "place":
        slot, vessel, at_mm, inserted_mm = what
        bench.put(slot, vessel, at_mm, inserted_mm=inserted_mm)
    elif kind == "pedal":
        bench.pedal = what
    elif kind == "inject":
        bench.state.injecting = Injecting(what[0], "catheter", what[1], what[0] > 5.0)
    elif kind == "field":
        bench.state.settings = Settings(field_cm=what, centre_mm=(0.0, 180.0))
    elif kind == "answer":
        actions = (Action("answer", device=what, value="proceed"),)
    elif kind == "hint":
        actions = (Action("hint"),)
    events = []
    if kind == "event":
        data = {"frames": 5, "contrast_ml": 3.0, "closed_share": 0.0, "run": 1}
        events = [bench.event(what, slot="catheter", vessel="right_renal", **data)]
    pedal = getattr(bench, "pedal", "off")
    bench.tick(Controls(pedal=pedal, actions=actions), events)
    if kind == "run":
        moving = {"wire": Motion(10.0)} if what % 2 else {}
        for _ in range(what):
            bench.tick(Controls(motions=moving, pedal=pedal))


def outcome(bench):
    plain = bench.score().as_dict()
    assert 0.0 <= plain["total"] <= 100.0
    assert all(0.0 <= part["points"] <= part["out_of"] for part in plain["parts"])
    progress = bench.assessment.progress()
    return json.dumps(plain, allow_nan=False), progress.done, progress.hint, progress.errors


@settings(max_examples=30, deadline=None)
@given(st.lists(ACTS, min_size=2, max_size=14), st.data())
def test_any_course_is_rated_and_comes_back_from_a_snapshot(course, data):
    cut = data.draw(st.integers(1, len(course) - 1))
    bench = Bench(", labs: {inr: 1.1, platelets_10e9_l: 220}", FORMS)
    for act in course[:cut]:
        do(bench, act)
    saved = bench.assessment.save()
    fresh = Assessment(bench.case, load_rubric("default"))
    fresh.restore(saved)
    assert outcome(bench)[1:] == (
        fresh.progress().done,
        fresh.progress().hint,
        fresh.progress().errors,
    )
    twin = Bench(", labs: {inr: 1.1, platelets_10e9_l: 220}", FORMS)
    for act in course[:cut]:
        do(twin, act)
    twin.assessment = fresh
    for act in course[cut:]:
        do(bench, act)
        do(twin, act)
    assert outcome(bench) == outcome(twin)
