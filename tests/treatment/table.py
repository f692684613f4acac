"""A straight artery with a stenosis, a wire through it, and hands that treat it."""

from ir_sim.scenario import from_text
from ir_sim.scenario.catalogue import shipped_devices
from ir_sim.simulation import Simulation
from ir_sim.simulation.controls import Action, Controls, Motion

CASE = """\
format: 1
id: straight
title: Straight artery
level: beginner
objectives: [Dilate]
patient: {age: 60, sex: f, weight_kg: 70, egfr: 80}
anatomy:
  body: pelvis-leg
  heart: {rate_bpm: 72, mean_pressure_mmhg: 92}
  vessels:
    - id: artery
      points: [[0, 0, %(r)s], [0, -150, %(r)s], [0, -300, %(r)s]]
      lesions: [%(lesion)s]
      outlet: {organ: muscle, flow_ml_min: 400}
    - id: branch
      parent: artery
      at_mm: 142
      points: [[6, -146, 1.5], [40, -170, 1.3]]
      outlet: {organ: muscle, flow_ml_min: 40}
access: {vessel: artery, at_mm: 10, sheath_fr: 7, sheath_mm: 20, direction: antegrade}
tray: [wire-035-amplatz-stiff, %(tool)s]
task:
  target: {vessel: artery, at_mm: 5}
"""
STENOSIS = "{kind: stenosis, at_mm: 140, length_mm: 20, diameter_percent: 70, hardness: fibrous}"


class Table:
    """A run with a wire across and a tool over it, ready to be used.

    Args:
        tool: The balloon or stent, or several with commas.
        lesion: What narrows the artery.
        seed: Of the run.
        off_mm: How far beyond the lesion's middle the tool's middle lies.
        wire: Whether a wire leads.
        r: Radius of the artery, mm.
    """

    def __init__(self, tool, lesion=STENOSIS, seed=1, off_mm=0.0, wire=True, r=4):
        text = CASE % {"lesion": lesion, "tool": tool, "r": r}
        scenario, problems = from_text(text, "straight.yaml", shipped_devices())
        assert scenario is not None, problems
        self.sim = Simulation(scenario, seed)
        self.tool, self.wire = tool.split(",")[0].strip(), wire
        if wire:
            self.do(Action("mount", slot="wire", device="wire-035-amplatz-stiff"))
            self.run(3.5, motions={"wire": Motion(70.0)})
        self.put_in(self.tool, off_mm)

    def put_in(self, tool, off_mm=0.0):
        self.tool = tool
        kind = "exchange" if "catheter" in self.sim.state.devices else "mount"
        self.do(Action(kind, slot="catheter", device=tool))
        for _ in range(600):
            if "catheter" in self.sim.state.devices and self.held.device.id == tool:
                break
            self.sim.step()
        assert self.held.device.id == tool
        if self.wire:
            goal = 140.0 - 30.0 + off_mm + self.middle_mm
            for _ in range(600):
                if abs(goal - self.held.inserted_mm) < 0.4:
                    break
                speed = 4.0 * (goal - self.held.inserted_mm)
                self.sim.step(Controls(motions={"catheter": Motion(max(min(speed, 90), -90))}))
            self.do(Action("take_up", device=tool))

    @property
    def held(self):
        return self.sim.state.devices["catheter"]

    @property
    def middle_mm(self):
        end = self.held.device.stent or self.held.device.balloon
        return end.tip_mm + 0.5 * end.length_mm

    def do(self, *actions):
        self.sim.step(Controls(actions=actions))
        return self.sim.state.refused

    def run(self, seconds, **controls):
        for _ in range(round(60 * seconds)):
            self.sim.step(Controls(**controls))

    def inflate_to(self, atm):
        for _ in range(round(60 * (atm / 5.0 + 0.5))):
            if self.reading.value >= atm:
                break
            self.sim.step(Controls(treat=5.0))
        self.run(0.5)

    def deflate(self):
        for _ in range(240):
            if self.reading.value <= 0.0:
                break
            self.sim.step(Controls(treat=-10.0))
        self.run(1.5)

    @property
    def reading(self):
        return self.sim.treatments.reading()

    def measure(self, what, vessel="artery"):
        return self.sim.treatments.measure(what, vessel)

    @property
    def kinds(self):
        return [event.kind for event in self.sim.events]

    def event(self, kind):
        return next(event for event in self.sim.events if event.kind == kind)
