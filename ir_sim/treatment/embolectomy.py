"""A soft balloon drawn back full: what it brings along, and what it does to the wall."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ir_sim.devices import DeviceState
from ir_sim.flow.plumbing import begins_at_artery
from ir_sim.scenario.tools import Embolectomy
from ir_sim.treatment import declot_laws as laws
from ir_sim.treatment.balloon_laws import TEAR_ML_S_MM
from ir_sim.treatment.bench import Bench, Reading
from ir_sim.treatment.clot import Clot, Clots, Slice
from ir_sim.treatment.ground import stretch
from ir_sim.treatment.implant_looks import full_balloon
from ir_sim.xray import DeviceShape

#: A syringe fills and empties no faster, mL/s, and holds so much more than the label allows.
_FILLS_ML_S, _MOST = 0.5, 1.25
#: A balloon that holds less is empty, mL; pushed on by so much a pull has ended, mm.
_EMPTY_ML, _AHEAD_MM = 0.02, 4.0
#: Of all chance in this treatment.
STREAM = 35
_FOLLOW_TICKS = 6


class Pulling:
    """The balloon in the patient and what it drags along.

    Args:
        bench: The patient and the table.
        clots: The clot.

    Attributes:
        ml: In the balloon.
        pulls: Made so far that met clot.
    """

    def __init__(self, bench: Bench, clots: Clots) -> None:
        self.bench, self.clots = bench, clots
        self.ml, self.pulls, self.drawn, self._row = 0.0, 0, 0, -1
        self._last: tuple[int, float] | None = None
        self._least_mm = 0.0
        self._met: dict[int, int] = {}  # clots that this pull has met, and their passes before
        self._brought: dict[int, float] = {}  # what of them comes along, mL
        self._done: list[int] = []
        self._stretched = self._torn = False

    def device(self) -> DeviceState | None:
        """The catheter with the balloon, if it is in."""
        found = [d for d in self.bench.devices.values() if d.device.embolectomy is not None]
        return found[-1] if found else None

    # -- the syringe ---------------------------------------------------------------------------

    def fill(self, hand_ml_s: float) -> None:
        """Push or draw at the syringe."""
        held = self.device()
        tool = held.device.embolectomy if held is not None else None
        if held is None or tool is None:
            return
        if held.inserted_mm < tool.tip_mm + tool.length_mm and hand_ml_s > 0.0:
            return  # it lies in the sheath
        rate = float(np.clip(hand_ml_s, -_FILLS_ML_S, _FILLS_ML_S))
        most = _MOST * tool.volume_ml
        self.ml = float(np.clip(self.ml + rate * self.bench.dt_s, 0.0, most))

    def ratio(self, held: DeviceState, tool: Embolectomy) -> float:
        """Balloon over lumen where it lies."""
        free = laws.diameter_mm(tool.diameter_mm, tool.volume_ml, self.ml)
        return free / max(self.bench.lumen_mm(*self._middle(held, tool)), 1e-3)

    def _middle(self, held: DeviceState, tool: Embolectomy) -> tuple[int, float]:
        return self.bench.place(held, tool.tip_mm + 0.5 * tool.length_mm)

    # -- a tick --------------------------------------------------------------------------------

    def step(self) -> None:
        """Shut the vessel, press on the wall, and take along what is met."""
        held = self.device()
        tool = held.device.embolectomy if held is not None else None
        if held is None or tool is None or self.ml < _EMPTY_ML:
            self._end()
            if held is None:
                self.ml = 0.0
            return
        ratio = self.ratio(held, tool)
        here = self._middle(held, tool)
        self._shut(here, tool, ratio)
        self._press(held, here, ratio)
        before = self._last
        if before is not None and ratio >= laws.SEALS and held.inserted_mm < self._least_mm:
            for clot, piece in self._passed(before, here):
                self._meet(held, clot, piece)
        self._least_mm = min(self._least_mm, held.inserted_mm) if before else held.inserted_mm
        self._last = here
        at_sheath = held.inserted_mm <= tool.tip_mm + tool.length_mm + 1.0
        if at_sheath or held.inserted_mm > self._least_mm + _AHEAD_MM:
            self._tell()
            self._least_mm = held.inserted_mm

    def _shut(self, here: tuple[int, float], tool: Embolectomy, ratio: float) -> None:
        vessel, at = here
        circulation = self.bench.circulation
        length = self.bench.tree.vessels[vessel].length_mm
        low = float(np.clip(at - 0.5 * tool.length_mm, 0.0, max(length - 2.0, 0.0)))
        high = min(low + tool.length_mm, length)
        closed = min(ratio, 1.0)
        if self._row < 0:
            self._row = circulation.add_plug(vessel, low, high)
            circulation.close_plug(self._row, closed)
        elif self.bench.tick % _FOLLOW_TICKS == 0:
            circulation.move_plug(self._row, vessel, low, high)
            circulation.close_plug(self._row, closed)

    def _press(self, held: DeviceState, here: tuple[int, float], ratio: float) -> None:
        """A soft balloon that is filled too far hurts the wall all the same."""
        vessel, at = here
        name = self.bench.tree.vessels[vessel].id.replace("_", " ")
        if ratio > laws.STRETCHES and not self._stretched:
            self._stretched = True
            text = f"The balloon stretched the {name} to {ratio:.2f} times its calibre."
            self.bench.happen(
                "balloon_oversized", text, held.slot, vessel, ratio=round(ratio, 3),
                device=held.device.title,
            )  # fmt: skip
        spread = float(self.bench.chance(STREAM, 10_000 + vessel).normal())
        if ratio > laws.BURSTS + laws.BURSTS_SPREAD * spread and not self._torn:
            self._torn = True
            radius = 0.5 * self.bench.lumen_mm(vessel, at)
            row = self.bench.circulation.add_bleed(vessel, at)
            self.bench.circulation.open_leak(row, TEAR_ML_S_MM * radius)
            text = f"The {name} ruptured under the balloon."
            self.bench.happen("rupture", text, held.slot, vessel, ratio=round(ratio, 3))

    def _passed(
        self, before: tuple[int, float], here: tuple[int, float]
    ) -> Iterator[tuple[Clot, Slice]]:
        """Slices of clot whose middle the balloon has come past."""
        tree, spans = self.bench.tree, []
        (was, from_mm), (now, to_mm) = before, here
        if was == now:
            spans = [(now, *sorted((from_mm, to_mm)))]
        elif tree.vessels[now].parent == was:
            spans = [(was, *sorted((from_mm, tree.vessels[now].parent_at_mm))), (now, 0.0, to_mm)]
        elif tree.vessels[was].parent == now:
            joins = tree.vessels[was].parent_at_mm
            spans = [(was, 0.0, from_mm), (now, *sorted((joins, to_mm)))]
        for clot in self.clots.all:
            for piece in clot.there:
                middle = 0.5 * (piece.from_mm + piece.to_mm)
                if not clot.held_by and any(
                    v == piece.vessel and low <= middle <= high for v, low, high in spans
                ):
                    yield clot, piece

    # -- what is brought -----------------------------------------------------------------------

    def _meet(self, held: DeviceState, clot: Clot, piece: Slice) -> None:
        index = self.clots.all.index(clot)
        if index not in self._met:
            self._met[index] = clot.passes
            clot.passes += 1
        chance = self.bench.chance(STREAM, self.drawn)
        self.drawn += 1
        comes, strays = chance.random(2).tolist()
        plug = self._at_anastomosis(clot)
        if self._narrow(held):
            if strays < laws.BACK:
                self._stray(held, clot, chance, 1.0)
            return
        length = piece.to_mm - piece.from_mm
        share = laws.comes(clot.diameter_mm, length, clot.fibrin, piece.left, self._met[index])
        if plug and strays < laws.STRAYS:
            self._stray(held, clot, chance, laws.STRAY_SHUTS)
        if comes < share:
            area = 0.25 * np.pi * clot.diameter_mm**2
            ml = 1e-3 * float(area) * length * piece.left * piece.shuts
            self._brought[index] = self._brought.get(index, 0.0) + ml
            self.clots.shrink(piece, 0.0, 0.3)

    def _at_anastomosis(self, clot: Clot) -> bool:
        tree = self.bench.tree
        near = clot.slices[0].from_mm <= laws.PLUG_MM
        return near and begins_at_artery(tree, tree.vessels[clot.vessel])

    def _narrow(self, held: DeviceState) -> bool:
        """Whether clot jams on its way to the sheath."""
        tree, tool = self.bench.tree, held.device.embolectomy
        behind = tool.tip_mm + tool.length_mm if tool is not None else 0.0
        lies = stretch(self.bench, held, behind, held.inserted_mm)
        if lies is None:
            return False
        healthy = np.concatenate([v.healthy_radius_mm for v in tree.vessels])
        share = self.bench.circulation.radius_mm[lies.sample] / healthy[lies.sample]
        return float(share.min()) < laws.JAMS

    def _stray(
        self, held: DeviceState, clot: Clot, chance: np.random.Generator, shuts: float
    ) -> None:
        """A piece goes over the anastomosis into the arteries beyond it."""
        ends = self.clots.beyond_anastomosis(clot.vessel)
        if not ends:
            return
        end = self.clots.pick(ends, chance)
        self.clots.settle(end, shuts)
        organ = self.clots.organ(end)
        text = "A piece of the clot went into the artery, and with the blood to the hand."
        kind = "embolus" if shuts >= 1.0 else "distal_embolus"
        self.bench.happen(kind, text, held.slot, end, organ=organ, shuts=shuts)

    def _tell(self) -> None:
        """What a pull has brought."""
        if not self._met:
            return
        self.pulls += 1
        for index, before in self._met.items():
            clot, ml = self.clots.all[index], self._brought.get(index, 0.0)
            result = f"{ml:.1f} mL of clot came along" if ml > 0.0 else "the clot stays"
            self.bench.happen(
                "clot_pass", f"Pull {before + 1}: {result}.", vessel=clot.vessel,
                number=before + 1, came=ml > 0.0, ml=round(ml, 3), pull_n=laws.PULL_N,
            )  # fmt: skip
            if not clot.there and index not in self._done:
                self._done.append(index)
                if self._at_anastomosis(clot):
                    text = "The arterial plug has come over the anastomosis and out."
                    self.bench.happen("arterial_plug_out", text, vessel=clot.vessel)
                many = f"{clot.passes} pull{'s' if clot.passes > 1 else ''}"
                text = f"The clot is out after {many}."
                self.bench.happen("clot_removed", text, vessel=clot.vessel, passes=clot.passes)
        self._met, self._brought = {}, {}

    def _end(self) -> None:
        """The balloon is empty, or out."""
        if self._row >= 0:
            self.bench.circulation.close_plug(self._row, 0.0)
            self._row = -1
        self._tell()
        self._last, self._stretched = None, False

    # -- what is seen --------------------------------------------------------------------------

    def reading(self) -> Reading | None:
        """The syringe, and how the balloon lies."""
        held = self.device()
        tool = held.device.embolectomy if held is not None else None
        if held is None or tool is None:
            return None
        free = laws.diameter_mm(tool.diameter_mm, tool.volume_ml, self.ml)
        ratio = self.ratio(held, tool)
        lies = "loose" if ratio < laws.SEALS else "on the wall"
        lies = "stretches the wall" if ratio > laws.STRETCHES else lies
        words = f"{free:.1f} mm, {lies}" if self.ml >= _EMPTY_ML else "empty"
        return Reading(held.device.id, self.ml, "mL", words, tool.volume_ml)

    def shapes(self) -> tuple[DeviceShape, ...]:
        """The balloon with contrast in it."""
        held = self.device()
        tool = held.device.embolectomy if held is not None else None
        if held is None or tool is None or self.ml < _EMPTY_ML:
            return ()
        lies = stretch(self.bench, held, tool.tip_mm, tool.tip_mm + tool.length_mm)
        if lies is None or lies.length_mm < 2.0:
            return ()
        free = laws.diameter_mm(tool.diameter_mm, tool.volume_ml, self.ml)
        lumen = laws.STRETCHES * self.bench.circulation.radius_mm[lies.sample]
        return (full_balloon(lies, np.minimum(0.5 * free, lumen), 0.4 * tool.length_mm),)

    _KEPT = (
        "ml", "pulls", "drawn", "_row", "_last", "_least_mm", "_met", "_brought", "_done",
        "_stretched", "_torn",
    )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        own = {name: getattr(self, name) for name in self._KEPT}
        return {k: v.copy() if isinstance(v, dict | list) else v for k, v in own.items()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state."""
        for name, value in state.items():
            setattr(self, name, value.copy() if isinstance(value, dict | list) else value)
