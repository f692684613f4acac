"""Coils and embolics: laws against figures, loops that settle, ledgers, flow that decides."""

import math

import pytest

from ir_sim.anatomy import build_tree
from ir_sim.flow import Circulation
from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices, shipped_supplies
from ir_sim.simulation import Simulation
from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.treatment import coil_laws, embolic_laws
from ir_sim.treatment.bench import Bench, Outflow
from ir_sim.treatment.room import Treatments

CASE = """\
format: 1
id: branching
title: A branch that is closed
level: beginner
objectives: [Close]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 80}
anatomy:
  body: pelvis-leg
  heart: {rate_bpm: 72, mean_pressure_mmhg: 92}
  vessels:
    - id: trunk
      points: [[0, 0, 4], [0, -80, 4], [0, -160, 4]]
      outlet: {organ: muscle, flow_ml_min: 400}
    - id: feeder
      parent: trunk
      at_mm: 80
      points: [[8, -84, 1.8], [30, -95, 1.7], [60, -100, 1.6]]
      outlet: {organ: %(organ)s, flow_ml_min: %(flow)s, capacity_ml: 0.3}
      lesions: [%(lesion)s]
    - id: neighbour
      parent: trunk
      at_mm: 100
      points: [[-8, -104, 1.3], [-40, -118, 1.1]]
      outlet: {organ: bladder, flow_ml_min: 20}
access: {vessel: trunk, at_mm: 10, sheath_fr: 7, sheath_mm: 20, direction: antegrade}
tray: [wire-035-angled, catheter-5f-cobra2, %(tray)s]
task:
  target: {vessel: feeder, at_mm: 5}
"""
COILS = "coil-018-4mm, coil-018-2mm, coil-018-4mm-detachable, coil-035-6mm, plug-6mm, plug-4mm"
BEADS = "particles-500-700, particles-300-500, lipiodol-doxorubicin, glue-lipiodol-1-3"
BLEED = "{kind: bleed, at_mm: 30, flow_ml_min: 20, into: cavity}"


class Table:
    """The blood and the treatments, with a catheter's tip held at a place."""

    def __init__(
        self, tray, organ="fibroid", lesion="", at_mm=15.0, bore_mm=0.318, most=2.0, flow=60
    ):
        text = CASE % {"organ": organ, "flow": flow, "lesion": lesion, "tray": tray}
        scenario, problems = from_text(text, "case.yaml", shipped_devices(), shipped_supplies())
        assert scenario is not None, problems
        self.tree = build_tree(scenario.anatomy)
        self.blood = Circulation(self.tree, scenario.anatomy, scenario.patient)
        self.bench = Bench(scenario, self.tree, self.blood, 0)
        self.treatments = Treatments(self.bench)
        self.events, self.bore_mm, self.most = [], bore_mm, most
        self.tip(at_mm)

    def tip(self, at_mm, vessel="feeder", blocked=""):
        index = self.tree.by_id[vessel].index
        where = ("microcatheter", index, at_mm, 0.0, self.most, self.bore_mm)
        self.bench.outflow = Outflow(*where, wedged=False, blocked=blocked)

    def run(self, seconds, hand=0.0):
        for _ in range(round(seconds * 60)):
            self.treatments.step(hand)
            self.blood.step(1.0 / 60.0, self.bench.injections)
            self.bench.injections.clear()
            self.bench.tick += 1
            self.events += self.bench.happenings
            self.bench.happenings.clear()

    def take(self, tool):
        return self.treatments.command("take_up", tool, None)

    def coil(self, tool, at_mm, seconds=8.0, speed=8.0):
        self.tip(at_mm)
        assert self.take(tool) == ""
        self.run(seconds, speed)

    @property
    def kinds(self):
        return [e.kind for e in self.events]

    @property
    def loops(self):
        coils = next(t for t in self.treatments._all if t.name == "coils")
        return [loop for coil in coils._coils for loop in coil.loops]

    def event(self, kind):
        return next(e for e in self.events if e.kind == kind)


def off(ledger):
    return ledger["injected"] - sum(v for k, v in ledger.items() if k != "injected")


def test_the_volume_of_a_coil_is_that_of_its_winding_and_packs_as_published_series_count():
    assert coil_laws.volume_mm3(200.0, 0.010) == pytest.approx(
        math.pi * 0.127**2 * 200.0, rel=1e-9
    )  # fmt: skip
    # six coils of a 7 mm sac: 20 + 20 + 15 + 10 + 10 + 6 cm of 0.012 in reach the 20 to 25 % wanted
    whole = coil_laws.volume_mm3(810.0, 0.012) / (4.0 / 3.0 * math.pi * 3.5**3)
    assert 0.2 < whole < 0.45


def test_oversize_of_ten_to_twenty_per_cent_holds_and_undersize_is_carried_off():
    for over in (1.10, 1.15, 1.20):
        assert not coil_laws.slides(over * 4.0, 4.0, 0.018, 350.0)
    for under in (0.5, 0.75):
        assert coil_laws.slides(under * 4.0, 4.0, 0.018, 250.0)
    assert not coil_laws.slides(3.0, 4.0, 0.018, 0.0)  # without flow nothing moves it


def test_sizes_suit_their_beds():
    assert embolic_laws.fits(500.0, 700.0, "fibroid") == ""
    assert embolic_laws.fits(300.0, 500.0, "fibroid") == "small"
    assert embolic_laws.fits(100.0, 300.0, "tumour") == ""
    assert embolic_laws.fits(700.0, 900.0, "tumour") == "large"
    assert embolic_laws.slip_share(500.0, 700.0, "fibroid") == 0.0
    assert embolic_laws.glue_sets_s(0.5) < embolic_laws.glue_sets_s(0.75)


def test_a_coil_needs_its_bore_and_a_free_lumen():
    table = Table(COILS)
    assert "bore" in table.take("coil-035-6mm")
    table.tip(15.0, blocked="the wire fills the microcatheter's lumen: remove the wire to inject")
    assert "remove the wire" in table.take("coil-018-4mm")
    table.tip(15.0)
    assert table.take("coil-018-4mm") == ""
    assert "no release" in table.treatments.command("release", None, None)
    table.run(2.0, 6.0)
    assert "half out" in table.take("coil-018-2mm")


def test_a_coil_comes_out_loop_by_loop_lies_still_in_the_lumen_and_is_counted():
    table = Table(COILS)
    table.coil("coil-018-4mm", 20.0)
    table.run(2.0)
    assert table.event("coil_deployed").data["oversize_percent"] == pytest.approx(14.0, abs=6.0)
    loops, radius = table.loops, self_radius(table)
    assert sum(loop.length_mm for loop in loops) == pytest.approx(40.0)
    assert all(loop.settled for loop in loops)
    for loop in loops:
        assert abs(loop.s_mm - 20.0) < 6.0
        assert abs(loop.y_mm) <= radius
    before = [loop.row() for loop in loops]
    table.run(2.0)
    assert [loop.row() for loop in table.loops] == before
    shape = table.treatments.shapes()[0]
    centre = table.tree.by_id["feeder"].point_at(20.0)
    assert abs(shape.points_mm - centre).max() < 9.0
    assert "coil_migrated" not in table.kinds


def self_radius(table):
    return float(table.tree.by_id["feeder"].radius_mm.max())


def test_a_small_coil_goes_with_the_blood_and_is_an_error():
    table = Table(COILS, organ="muscle", flow=200)
    table.coil("coil-018-2mm", 8.0, seconds=4.0)
    table.run(4.0)
    assert {"coil_migrated", "device_misplaced"} <= set(table.kinds)


def test_a_detachable_coil_comes_back_until_it_is_released_and_a_pushable_one_does_not():
    table = Table(COILS)
    table.coil("coil-018-4mm-detachable", 20.0, seconds=5.0)
    assert "still in the catheter" in table.treatments.command("release", None, None)
    out = len(table.loops)
    table.run(7.0, -8.0)
    assert out > 2
    assert table.loops == []
    table.run(14.0, 8.0)
    assert "coil_deployed" not in table.kinds
    assert table.treatments.command("release", None, None) == ""
    table.run(0.1)
    assert "coil_deployed" in table.kinds
    other = Table(COILS)
    other.coil("coil-018-4mm", 20.0, seconds=3.0)
    out = len(other.loops)
    other.run(3.0, -8.0)
    assert len(other.loops) == out
    assert "coil_stays_out" in other.kinds


def test_a_pack_at_the_ostium_hangs_into_the_parent():
    table = Table(COILS)
    for _ in range(2):
        table.coil("coil-018-4mm", 2.0)
    assert "coil_prolapsed" in table.kinds


def test_coils_beyond_and_before_a_hole_stop_it_but_only_before_it_do_not():
    both, near = Table(COILS, lesion=BLEED), Table(COILS, lesion=BLEED)
    both.run(2.0)
    both.blood.clotting = near.blood.clotting = 8.0  # what takes minutes, in a test
    first = both.treatments.measure("bleed_ml_min", "feeder")
    assert first == pytest.approx(20.0, rel=0.25)
    for at in (40.0, 38.0, 18.0, 15.0):
        both.coil("coil-018-4mm", at, seconds=5.2)
    for at in (18.0, 15.0, 12.0):
        near.coil("coil-018-4mm", at, seconds=5.2)
    both.run(25.0)
    near.run(25.0)
    assert both.treatments.measure("bleed_ml_min", "feeder") < 0.2 * first
    assert "back_filling" not in both.kinds
    assert "back_filling" in near.kinds
    left = near.treatments.measure("bleed_ml_min", "feeder")
    assert 0.1 * first < left


def test_a_restored_coil_goes_on_with_the_same_bits():
    table = Table(COILS)
    table.tip(20.0)
    table.take("coil-018-4mm")
    table.run(3.0, 8.0)
    saved, blood = table.treatments.state(), table.blood.state()
    table.run(2.0, 8.0)
    first = [loop.row() for loop in table.loops]
    table.treatments.restore(saved)
    table.blood.restore(blood)
    table.run(2.0, 8.0)
    assert [loop.row() for loop in table.loops] == first


def test_a_plug_shuts_the_vessel_as_it_clots_and_a_narrow_one_is_lost():
    table = Table(COILS, bore_mm=0.6)
    table.tip(15.0)
    flow = table.blood.flow_ml_s("feeder")
    table.take("plug-6mm")
    assert "unsheath" in table.treatments.command("release", None, None)
    table.run(4.0, 4.0)
    assert table.treatments.command("release", None, None) == ""
    table.run(3.0)
    assert table.blood.flow_ml_s("feeder") > 0.5 * flow
    table.run(90.0)
    assert table.blood.flow_ml_s("feeder") < 0.1 * flow


def test_particles_stopped_at_near_stasis_stay_in_the_target_and_the_ledger_closes():
    table = Table(BEADS)
    assert table.take("particles-500-700") == ""
    flow = table.blood.flow_ml_s("feeder")
    for _ in range(40):
        if "near_stasis" in table.kinds:
            break
        now = table.blood.flow_ml_s("feeder")
        table.run(2.0, max(min(0.35 * now, 0.5), 0.03))
        table.run(2.0 if now > 0.25 else 4.5)  # at 72 a minute the fifth beat comes after 4.2 s
    assert "near_stasis" in table.kinds
    assert table.blood.flow_ml_s("feeder") < 0.25 * flow
    assert table.treatments.measure("clearing_beats", "feeder") >= 5.0
    assert not {"reflux", "non_target_embolization", "carried_on"} & set(table.kinds)
    for species in ("particles", "contrast"):
        ledger = table.blood.ledger_of(species)
        assert abs(off(ledger)) <= 1e-9 * ledger["injected"]
    # carried on: it goes back past the tip and elsewhere
    table.run(15.0, 0.8)
    assert {"reflux", "non_target_embolization", "carried_on"} <= set(table.kinds)
    assert table.event("non_target_embolization").vessel != "feeder"


def test_too_small_particles_pass_the_bed():
    table = Table(BEADS)
    table.take("particles-300-500")
    assert "wrong_size" in [h.kind for h in table.bench.happenings]
    table.run(5.0, 0.2)
    table.run(15.0)
    bed = list(table.blood.bed_vessel).index(table.tree.by_id["feeder"].index)
    kept = table.blood.contents.beds.held[2][bed]
    assert 0.4 < kept / table.blood.ledger_of("particles")["injected"] < 0.7


def test_oil_is_seen_in_the_bed_that_keeps_it():
    table = Table(BEADS, organ="tumour")
    table.take("lipiodol-doxorubicin")
    table.run(5.0, 0.1)
    table.run(20.0)
    bed = list(table.blood.bed_vessel).index(table.tree.by_id["feeder"].index)
    kept = table.blood.contents.beds.held[3][bed]
    assert kept > 100.0
    assert table.blood.opaque_bed_mg[bed] > 0.48 * kept


def test_glue_sets_and_holds_a_tip_that_stays():
    table = Table(BEADS)
    table.take("glue-lipiodol-1-3")
    table.run(3.0, 0.1)
    table.run(8.0)
    assert {"glue_injected", "glue_set", "catheter_glued"} <= set(table.kinds)
    table.run(2.0)
    assert table.blood.flow_ml_s("feeder") < 0.02


def test_the_contrast_that_embolics_are_mixed_with_counts_undiluted():
    text = CASE % {"organ": "fibroid", "flow": 60, "lesion": "", "tray": BEADS}
    scenario, problems = from_text(text, "case.yaml", shipped_devices(), shipped_supplies())
    assert scenario is not None, problems
    sim = Simulation(scenario, 1)
    sim.step(Controls(actions=(Action("mount", slot="catheter", device="catheter-5f-cobra2"),)))
    for _ in range(60):
        sim.step(Controls(motions={"catheter": Motion(30.0)}))
    state = sim.step(Controls(actions=(Action("take_up", device="particles-500-700"),)))
    assert not state.refused
    for _ in range(120):
        state = sim.step(Controls(treat=0.25))
    # 0.5 mL of a suspension with 150 mg of iodine per mL: as much as 0.25 mL from the bottle of 300
    assert state.contrast_ml == pytest.approx(0.25, rel=0.02)
    assert state.iodine_ledger_mg["injected"] == pytest.approx(300.0 * state.contrast_ml, rel=1e-9)
