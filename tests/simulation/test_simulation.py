"""The simulation through its public interface: contract, determinism, replay, honest refusals."""

import math

import numpy as np
import pytest

import ir_sim
from ir_sim import Action, Controls, Motion
from ir_sim.errors import RecordError
from ir_sim.simulation.recording import read

CASE = "right-renal-selective"
WIRE = Action("mount", slot="wire", device="wire-035-angled")
COBRA = Action("mount", slot="catheter", device="catheter-5f-cobra2")


@pytest.fixture(scope="module")
def scenario():
    return ir_sim.load_scenario(CASE)


def advanced(scenario, seed=1, wire_ticks=120, catheter_ticks=90):
    """A wire in the pelvis or higher, and a catheter over it."""
    sim = ir_sim.Simulation(scenario, seed=seed)
    sim.step(Controls(actions=(WIRE,)))
    for _ in range(wire_ticks):
        sim.step(Controls(motions={"wire": Motion(60.0)}))
    sim.step(Controls(actions=(COBRA,)))
    for _ in range(catheter_ticks):
        sim.step(Controls(motions={"catheter": Motion(50.0)}, pedal="fluoro"))
    return sim


def random_hands(rng, sim):
    """Anything a pair of hands might do for a while."""
    motions = {
        slot: Motion(float(rng.uniform(-200, 200)), float(rng.uniform(-720, 720)))
        for slot in sim.state.devices
    }
    actions = ()
    if rng.uniform() < 0.2:
        tray = list(sim.scenario.devices.values())
        device = tray[int(rng.integers(len(tray)))]
        kind = ("mount", "exchange", "remove")[int(rng.integers(3))]
        actions = (Action(kind, slot=device.slot, device=device.id),)
    pedal = ("off", "fluoro", "acquire")[int(rng.integers(3))]
    inject = float(rng.uniform(0, 10)) * (rng.uniform() < 0.3)
    return Controls(motions, pedal, inject, (float(rng.uniform(-80, 80)), 0.0), actions)


def test_the_public_interface_says_what_the_contract_says(scenario):
    sim = advanced(scenario)
    state = sim.step(Controls(pedal="fluoro"))
    assert state.tick == 213
    assert state.time_s == 213 / 60
    wire = state.devices["wire"]
    assert wire.points_mm.shape == (len(wire.wall_force_n), 2)
    assert wire.clearance_mm.shape == wire.wall_force_n.shape
    assert wire.tip_mm.shape == (2,)
    assert wire.inserted_mm == pytest.approx(120.0, abs=0.01)
    assert wire.tip_vessel in sim.tree.by_id
    assert math.isfinite(wire.hub_force_n)
    assert state.flow("right_renal") > 5.0
    assert 40 < state.pressure_mmhg("right_renal", 3.0) < 140
    assert state.kap_gy_cm2 > 0
    assert state.air_kerma_mgy > 0
    assert state.fluoro_time_s == pytest.approx(91 / 60)
    picture = sim.picture()
    assert picture.dtype == np.uint8
    assert picture.ndim == 2
    assert picture.std() > 10
    score = sim.score()
    assert 0 <= score.total <= 100
    assert not score.passed
    assert {"fluoro_time_s", "contrast_ml", "target_reached", "kap_gy_cm2"} <= set(score.metrics)


def test_pulses_come_at_the_chosen_rate(scenario):
    sim = ir_sim.Simulation(scenario)
    for rate in (7.5, 15.0, 30.0):
        sim.step(Controls(actions=(Action("pulse_rate", value=rate),)))
        before = sim.state.frames
        for _ in range(240):
            sim.step(Controls(pedal="fluoro"))
        assert abs(sim.state.frames - before - 4 * rate) <= 1
        sim.step(Controls())


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (Controls(motions={"wire": Motion(10.0)}), "mount a device first"),
        (Controls(motions={"rope": Motion(10.0)}), "unknown slot 'rope'"),
        (Controls(motions={"wire": Motion(math.nan)}), "must be finite"),
        (Controls(motions={"wire": Motion(0.0, math.inf)}), "must be finite"),
        (Controls(pedal="brake"), "unknown pedal 'brake'"),
        (Controls(inject_ml_s=-1.0), "must not be negative"),
        (Controls(inject_ml_s=math.nan), "must be finite"),
        (Controls(table_mm_s=(math.inf, 0.0)), "must be finite"),
        (Controls(actions=(Action("mount", slot="wire", device="rope"),)), "not on the tray"),
        (Controls(actions=(Action("dance"),)), "unknown action 'dance'"),
        (Controls(actions=(Action("mount", slot="wire"),)), "needs a device"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(scenario, controls, said):
    sim = ir_sim.Simulation(scenario)
    sim.step(Controls())
    before, events, ticks = sim.state_hash(), len(sim.events), sim.recording.ticks
    with pytest.raises(ValueError, match=said) as caught:
        sim.step(controls)
    assert "\n" not in str(caught.value)
    assert (sim.state_hash(), len(sim.events), sim.recording.ticks) == (before, events, ticks)
    assert sim.step(Controls()).tick == 2


def test_impossible_commands_are_refused_in_words(scenario):
    sim = ir_sim.Simulation(scenario)
    sim.step(Controls(actions=(WIRE,)))
    again = sim.step(Controls(actions=(WIRE,)))
    assert "holds" in again.refused[0]
    wrong = sim.step(Controls(actions=(Action("field", value=31),)))
    assert "31" in wrong.refused[0]
    assert [e.kind for e in sim.events if e.kind == "refused"] == ["refused", "refused"]


def test_a_device_that_is_removed_is_drawn_out_first_and_another_follows(scenario):
    sim = advanced(scenario)
    bentson = Action("exchange", slot="wire", device="wire-035-bentson")
    state = sim.step(Controls(actions=(bentson,)))
    assert state.devices["wire"].device.id == "wire-035-angled"
    for _ in range(80):
        state = sim.step(Controls(motions={"catheter": Motion(50.0)}))
    assert state.devices["wire"].device.id == "wire-035-bentson"
    assert state.devices["wire"].inserted_mm == 0.0
    assert [e.kind for e in sim.events if e.slot == "wire"][-2:] == ["removed", "mounted"]


def test_a_wire_in_the_lumen_blocks_the_injection(scenario):
    sim = advanced(scenario)
    state = sim.step(Controls(inject_ml_s=3.0))
    assert state.contrast_ml == 0.0
    assert "remove the wire" in state.refused[0]


def test_contrast_is_counted_and_accounted_for(scenario):
    sim = advanced(scenario)
    sim.step(Controls(actions=(Action("remove", slot="wire"),)))
    for _ in range(70):
        sim.step(Controls())
    for _ in range(60):
        state = sim.step(Controls(inject_ml_s=4.0))
    assert state.contrast_ml == pytest.approx(4.0)
    for _ in range(120):
        state = sim.step(Controls())
    ledger = state.iodine_ledger_mg
    assert ledger["injected"] == pytest.approx(4.0 * 300.0)
    rest = sum(mg for name, mg in ledger.items() if name != "injected")
    assert rest == pytest.approx(ledger["injected"], rel=1e-9)


def test_a_past_state_does_not_answer_for_the_present(scenario):
    sim = ir_sim.Simulation(scenario)
    old = sim.step(Controls())
    sim.step(Controls())
    with pytest.raises(ValueError, match="the simulation is at 2"):
        old.flow("aorta")


def test_two_simulations_do_not_disturb_one_another(scenario):
    alone = advanced(scenario, seed=4, wire_ticks=60, catheter_ticks=30).state_hash()
    one = ir_sim.Simulation(scenario, seed=4)
    two = ir_sim.Simulation(scenario, seed=5)
    script = [Controls(actions=(WIRE,))] + [Controls(motions={"wire": Motion(60.0)})] * 60
    script += [Controls(actions=(COBRA,))]
    script += [Controls(motions={"catheter": Motion(50.0)}, pedal="fluoro")] * 30
    for controls in script:
        one.step(controls)
        two.step(controls)
    assert one.state_hash() == alone
    assert not np.array_equal(one.picture(256), two.picture(256))


def test_pictures_do_not_touch_the_physics_and_are_the_same_whenever_they_are_drawn(scenario):
    looked, blind = ir_sim.Simulation(scenario, seed=2), ir_sim.Simulation(scenario, seed=2)
    for sim in (looked, blind):
        sim.step(Controls(actions=(WIRE,)))
    for _ in range(40):
        for sim in (looked, blind):
            sim.step(Controls(motions={"wire": Motion(60.0)}, pedal="fluoro"))
        if looked.exposure is not None:
            looked.picture(256)
    assert looked.state_hash() == blind.state_hash()
    assert np.array_equal(looked.picture(256), blind.picture(256))


@pytest.mark.parametrize("seed", [0, 1])
def test_wild_hands_break_nothing_and_a_snapshot_goes_on_with_the_same_bits(scenario, seed):
    rng = np.random.default_rng(seed)
    sim = ir_sim.Simulation(scenario, seed=seed)
    sim.step(Controls(actions=(WIRE, COBRA)))
    script, snapshot, at = [], None, 200
    for tick in range(420):
        if tick == at:
            snapshot = sim.snapshot()
        if tick % 20 == 0:
            controls = random_hands(rng, sim)
        else:
            slots = sim.state.devices
            motions = {s: m for s, m in controls.motions.items() if s in slots}
            controls = Controls(motions, controls.pedal, controls.inject_ml_s, controls.table_mm_s)
        if tick >= at:
            script.append(controls)
        state = sim.step(controls)
        for device in state.devices.values():
            assert np.isfinite(device.points_mm).all()
            assert np.isfinite(device.wall_force_n).all()
            assert device.clearance_mm.min() > -0.5
    end, events = sim.state_hash(), [e.as_dict() for e in sim.events]
    score = sim.score().as_dict()
    sim.restore(snapshot)
    for controls in script:
        sim.step(controls)
    assert sim.state_hash() == end
    assert [e.as_dict() for e in sim.events] == events
    assert sim.score().as_dict() == score


def test_a_recording_is_small_and_replays_bit_for_bit(scenario, tmp_path):
    sim = advanced(scenario, seed=9, wire_ticks=200, catheter_ticks=150)
    for _ in range(60):
        sim.step(Controls(pedal="acquire"))
    sim.step(Controls(actions=(Action("finish"),)))
    digest = sim.save(tmp_path / "run.irrun")
    again = ir_sim.replay(tmp_path / "run.irrun")
    assert again.state_hash() == sim.state_hash()
    assert again.score().as_dict() == sim.score().as_dict()
    assert again.save(tmp_path / "again.irrun") == digest
    assert (tmp_path / "run.irrun").stat().st_size < 20_000
    with pytest.raises(ValueError, match="finished"):
        sim.step(Controls())


def test_a_replay_that_comes_out_differently_says_so(scenario, tmp_path):
    sim = advanced(scenario, wire_ticks=320, catheter_ticks=0)
    sim.save(tmp_path / "run.irrun")
    recording = read(tmp_path / "run.irrun")
    recording.changes[1] = (recording.changes[1][0], Controls(motions={"wire": Motion(61.0)}))
    (tmp_path / "other.irrun").write_bytes(recording.to_bytes())
    with pytest.raises(RecordError, match="differs from the recording at 5 s"):
        ir_sim.replay(tmp_path / "other.irrun")


def test_a_perforation_bleeds_into_the_tissue(scenario):
    sim = advanced(scenario)
    row = sim.circulation.add_bleed("right_external_iliac", 10.0)
    sim.circulation.open_leak(row, 2.0)
    sim.step(Controls(actions=(Action("remove", slot="wire"),)))
    for _ in range(200):
        state = sim.step(Controls(inject_ml_s=3.0, pedal="acquire"))
    assert state.iodine_ledger_mg["extravasated"] > 10.0
    assert sim.runs()[1][-1].pools[0].mg > 10.0


def free_lumen(scenario):
    """A catheter in the aorta, its wire out."""
    sim = advanced(scenario)
    sim.step(Controls(actions=(Action("remove", slot="wire"),)))
    for _ in range(70):
        sim.step(Controls())
    return sim


def test_a_hand_is_weaker_than_the_power_injector(scenario):
    """A 5F catheter of 65 cm: 3 to 6 mL/s by hand, its rated 12 mL/s from the injector."""
    sim = free_lumen(scenario)
    by_hand = sim.step(Controls(inject_ml_s=20.0)).injecting.rate_ml_s
    assert 3.0 < by_hand < 6.0
    before = sim.state.contrast_ml
    start = Action("power_injection", value=[15.0, 9.0, 0.3])
    rates = [sim.step(Controls(actions=(start,))).injecting.rate_ml_s]
    rates += [sim.step(Controls()).injecting.rate_ml_s for _ in range(90)]
    assert max(rates) == pytest.approx(12.0, abs=0.1)  # the catheter's limit, not the 15 asked for
    assert rates[0] < 1.0  # it rises
    assert sim.state.contrast_ml - before == pytest.approx(9.0, rel=1e-6)
    assert rates[-1] == 0.0


def test_the_power_injector_is_stopped_and_refuses_nonsense(scenario):
    sim = free_lumen(scenario)
    sim.step(Controls(actions=(Action("power_injection", value=[5.0, 20.0]),)))
    for _ in range(30):
        sim.step(Controls())
    sim.step(Controls(actions=(Action("power_injection", value=[]),)))
    assert sim.state.injecting.rate_ml_s == 0.0
    assert sim.state.contrast_ml == pytest.approx(2.5, abs=0.2)
    said = sim.step(Controls(actions=(Action("power_injection", value=[0.0, 20.0]),))).refused
    assert "rate_ml_s" in said[0]


def test_walls_follow_a_vessel_that_is_narrowed(scenario):
    sim = advanced(scenario, wire_ticks=200)
    tip = sim.state.devices["wire"]
    vessel, at_mm = tip.tip_vessel, tip.tip_vessel_mm
    index = sim.tree.by_id[vessel].index
    near = sim.tree.first[index] + int(np.argmin(abs(sim.tree.by_id[vessel].s_mm - at_mm)))
    open_mm = float(sim.lumen.radius_mm[near])
    sim.circulation.narrow(vessel, at_mm, 30.0, 50.0, 1.0)
    for _ in range(90):
        state = sim.step(Controls())
    assert sim.lumen.radius_mm[near] == pytest.approx(0.5 * open_mm, rel=0.1)
    assert state.devices["wire"].clearance_mm.min() > -0.3


def test_the_monitor_shows_the_pressure_at_the_access(scenario):
    sim = advanced(scenario, wire_ticks=60, catheter_ticks=60)
    access, vitals = scenario.access, sim.state.vitals
    shown = sim.circulation.vitals(access.vessel, access.at_mm)
    assert vitals.systolic_mmhg == pytest.approx(shown.systolic_mmhg, abs=3.0)


def test_a_treating_hand_needs_a_tool(scenario):
    sim = ir_sim.Simulation(scenario)
    with pytest.raises(ValueError, match="not on the tray"):
        sim.step(Controls(actions=(Action("take_up", device="balloon"),)))
    assert "Take up a treating tool" in sim.step(Controls(actions=(Action("release"),))).refused[0]
    cobra = Action("take_up", device="catheter-5f-cobra2")
    assert "treats nothing" in sim.step(Controls(actions=(cobra,))).refused[0]
    assert sim.state.treatment is None


def test_the_pressure_line_reads_where_the_catheter_ends(scenario):
    sim = advanced(scenario)
    assert sim.state.line_mmhg is None  # the wire fills the lumen
    assert "wire" in sim.step(Controls(actions=(Action("pressure"),))).refused[0].lower()
    sim = free_lumen(scenario)
    for _ in range(90):
        state = sim.step(Controls())
    tip = state.devices["catheter"]
    assert state.line_mmhg == pytest.approx(state.pressure_mmhg(tip.tip_vessel, tip.tip_vessel_mm))
    sim.step(Controls(actions=(Action("pressure"),)))
    (event,) = [e for e in sim.events if e.kind == "pressure_recorded"]
    assert event.vessel == tip.tip_vessel
    data = event.data
    assert data["diastolic_mmhg"] < data["mean_mmhg"] < data["systolic_mmhg"]


def test_a_hard_injection_into_a_leg_hurts_and_says_so_once():
    scenario = ir_sim.load_scenario("superficial-femoral")
    sim = ir_sim.Simulation(scenario)
    for _ in range(120):
        sim.step(Controls(inject_ml_s=8.0))
    complaints = [e for e in sim.events if e.kind == "pain"]
    assert len(complaints) == 1
    assert 3.0 <= complaints[0].data["pain"] <= 10.0
