"""A clotted fistula: what dissolves, what a balloon brings, what an injection presses where."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.scenario.device import Device
from ir_sim.scenario.library import load
from ir_sim.simulation import Simulation
from ir_sim.simulation.controls import Controls
from ir_sim.treatment import declot_laws as laws
from ir_sim.treatment import lysis_laws
from ir_sim.treatment.clot_removal import ClotRemoval
from ir_sim.treatment.comparison import wilson
from tests.treatment.held import Held

CASE = "fistula-declot"


def removal(sim):
    return next(t for t in sim.treatments._all if isinstance(t, ClotRemoval))


# -- laws ------------------------------------------------------------------------------------------


def test_pulses_open_a_day_old_clot_in_the_published_time():
    times = lysis_laws.pulsed(0.4)
    assert lysis_laws.dissolve(1.0, 4.0, 24.0, 40 / 60, times=times) == pytest.approx(0.1, abs=0.01)


def test_the_fibrin_of_a_plug_resists_the_pulses():
    plug = lysis_laws.dissolve(1.0, 4.0, 24.0, 0.5, times=lysis_laws.pulsed(0.9))
    soft = lysis_laws.dissolve(1.0, 4.0, 24.0, 0.5, times=lysis_laws.pulsed(0.4))
    assert plug > 0.7 > 0.25 > soft
    assert lysis_laws.pulsed(1.0) == 0.0


def test_an_infusion_without_pulses_is_what_it_was():
    assert lysis_laws.dissolve(1.0, 1.0, 0.0, 1.0) == math.exp(-0.12)


@pytest.mark.parametrize(("lysed", "hits", "count"), [(True, 197, 200), (False, 18, 20)])
def test_pulls_succeed_as_often_as_published(lysed, hits, count):
    seeds = 1000
    won = sum(laws.declotted(np.random.default_rng([s, 51]), lysed=lysed) for s in range(seeds))
    low, high = wilson(hits, count)
    assert low <= won / seeds <= high


def test_pieces_go_to_the_hand_as_often_as_published():
    seeds = 1000
    lost = sum(laws.strayed(np.random.default_rng([s, 53])) for s in range(seeds))
    low, high = wilson(lost, seeds)
    assert low <= 117 / 2975 <= high


def test_a_balloon_of_fixed_length_grows_with_the_root_of_its_volume():
    assert laws.diameter_mm(11.0, 1.5, 1.5) == 11.0
    assert laws.diameter_mm(11.0, 1.5, 0.375) == pytest.approx(5.5)
    assert laws.diameter_mm(11.0, 1.5, 0.0) == 0.0


# -- an injection into the clot --------------------------------------------------------------------


def pushed(monkeypatch, vessel, at_mm, ml, before=lambda table: None):
    """The table after so much was injected there in one go."""
    table = Held(monkeypatch, CASE, vessel, at_mm)
    before(table)
    table.run(ml / 2.0, inject_ml_s=2.0)
    table.run(1.0)
    return table


def test_contrast_into_the_clot_presses_clot_into_the_hand(monkeypatch):
    table = pushed(monkeypatch, "cephalic_vein", 60.0, 2.0)
    (event,) = [e for e in table.sim.events if e.kind == "clot_injected"]
    assert event.data["organ"] == "hand"
    assert event.vessel in ("left_radial", "left_ulnar")
    table.run(2.0)
    assert table.sim.state.measure("flow_share_percent", event.vessel) < 50.0
    assert table.errors["clot_injected"] == 3


@pytest.mark.parametrize(("vessel", "ml"), [("cephalic_vein", 0.5), ("upper_cephalic_vein", 4.0)])
def test_neither_a_drop_nor_contrast_above_the_clot_does(monkeypatch, vessel, ml):
    assert "clot_injected" not in pushed(monkeypatch, vessel, 60.0, ml).kinds


def test_nor_where_lysis_has_opened_the_way_to_the_heart(monkeypatch):
    def opened(table):
        clots = removal(table.sim).clots
        for piece in clots.all[1].there:
            clots.shrink(piece, 0.2)

    assert "clot_injected" not in pushed(monkeypatch, "cephalic_vein", 60.0, 2.0, opened).kinds


# -- the balloon -----------------------------------------------------------------------------------


class Balloon:
    """The balloon put where a hand would have it, on a way that is free or narrow."""

    def __init__(self, monkeypatch, seed=1, narrow=False):
        self.sim = Simulation(load(CASE), seed)
        self.tool = removal(self.sim).balloon
        self.clots = self.tool.clots
        device = self.sim.scenario.devices["embolectomy-55f"]
        self.held = SimpleNamespace(device=device, inserted_mm=300.0, slot="catheter")
        self.at = ("left_brachial", 240.0)
        tree = self.sim.tree
        monkeypatch.setattr(self.tool, "device", lambda: self.held)
        monkeypatch.setattr(self.tool, "_narrow", lambda _: narrow)
        monkeypatch.setattr(
            self.tool, "_middle", lambda *_: (tree.by_id[self.at[0]].index, self.at[1])
        )

    def fit(self):
        """Filled until it lies on the wall."""
        full = self.held.device.embolectomy
        lumen = self.sim.bench.lumen_mm(*self.tool._middle(None, None))
        self.tool.ml = full.volume_ml * (1.0 * lumen / full.diameter_mm) ** 2

    def pull(self, *, full=True):
        """From the artery to the sheath."""
        self.held.inserted_mm, self.at = 300.0, ("left_brachial", 240.0)
        way = [("left_brachial", s) for s in np.arange(240.0, 264.0, 2.0)]
        way += [("cephalic_vein", s) for s in np.arange(0.0, 125.0, 2.0)]
        way += [("upper_cephalic_vein", s) for s in np.arange(0.0, 70.0, 2.0)]
        for k, place in enumerate(way):
            self.at, self.held.inserted_mm = place, 300.0 - 1.4 * k
            self.fit() if full else setattr(self.tool, "ml", 0.1)
            self.tool.step()
        self.tool.ml = 0.0
        self.tool.step()
        return [h.kind for h in self.sim.bench.happenings]


def test_a_full_balloon_brings_plug_and_clot_in_a_few_pulls(monkeypatch):
    table = Balloon(monkeypatch)
    told = []
    for _ in range(4):
        told = table.pull()
    assert "arterial_plug_out" in told
    assert told.count("clot_removed") == 2
    assert not any(clot.there for clot in table.clots.all)


def test_a_loose_balloon_brings_nothing(monkeypatch):
    table = Balloon(monkeypatch)
    assert "clot_pass" not in table.pull(full=False)
    assert all(len(clot.there) == len(clot.slices) for clot in table.clots.all)


def test_a_narrow_way_out_jams_the_clot_and_sends_some_back(monkeypatch):
    table = Balloon(monkeypatch, narrow=True)
    told = table.pull()
    assert "clot_removed" not in told
    assert "embolus" in told  # nine slices, each with even odds
    assert len(table.clots.all) > 2


def test_a_balloon_too_full_stretches_and_tears(monkeypatch):
    table = Balloon(monkeypatch)
    table.at = ("left_radial", 20.0)
    table.tool.ml = 0.3
    table.tool.step()
    table.tool.ml = 1.2
    table.tool.step()
    told = [h.kind for h in table.sim.bench.happenings]
    assert told.count("balloon_oversized") == 1
    assert told.count("rupture") == 1


def test_what_is_remembered_goes_on_the_same(monkeypatch):
    one, two = Balloon(monkeypatch), Balloon(monkeypatch)
    one.pull()
    two.tool.restore(one.tool.state())
    two.clots.restore(one.clots.state())
    assert two.tool.state() == one.tool.state()
    one.sim.bench.happenings.clear()
    assert one.pull() == two.pull()


# -- the blood -------------------------------------------------------------------------------------


def test_softened_clot_washes_to_the_lungs_and_the_access_carries_blood_again():
    sim = Simulation(load(CASE), 1)
    tool = removal(sim)
    assert sim.treatments.measure("flow_ml_min", "cephalic_vein") < 10.0
    plug, clot = tool.clots.all
    for piece in plug.there:
        tool.clots.shrink(piece, 0.0)
    whole = sum(
        1e-3 * 0.25 * math.pi * clot.diameter_mm**2 * (s.to_mm - s.from_mm) for s in clot.slices
    )
    for piece in clot.there:
        tool.clots.shrink(piece, 0.2)
    for _ in range(60 * 30):
        sim.step(Controls())
    (event,) = [e for e in sim.timeline.events if e.kind == "embolus"]
    assert event.data["organ"] == "lung"
    assert event.data["ml"] == pytest.approx(0.2 * whole, rel=0.3)
    assert sim.treatments.measure("flow_ml_min", "cephalic_vein") > 300.0  # still stenosed


def test_only_a_fistulas_clot_is_an_access():
    assert removal(Simulation(load(CASE), 1)).access is not None
    for case in ("iliofemoral-dvt", "acute-limb-lysis"):
        tool = removal(Simulation(load(case), 1))
        assert tool.access is None
        assert tool.balloon is None
        assert set(tool.state()) == {"tool", "clots", "thrombectomy", "lysis"}


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("wire", {}, "carries no balloon"),
        ("catheter", {"balloon": "balloon-035-8x40"}, "carries one balloon"),
    ],
)
def test_a_soft_balloon_sits_alone_on_a_catheter(kind, more, words):
    devices = shipped_devices()
    like = devices["wire-035-angled" if kind == "wire" else "embolectomy-55f"]
    plain = like.model_dump(mode="json", exclude_none=True)
    plain["embolectomy"] = {"diameter_mm": 9.0, "volume_ml": 0.75}
    plain |= {k: devices[v].balloon.model_dump(mode="json") for k, v in more.items()}
    with pytest.raises(ValueError, match=words):
        Device.model_validate(plain)
