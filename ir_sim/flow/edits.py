"""What devices, treatments and drugs do to a circulation."""

from __future__ import annotations

from ir_sim.flow.elimination import Array
from ir_sim.flow.gauges import Gauges

#: An edit arrives within this time unless told otherwise, s: radii ramp, they never jump.
RAMP_S = 0.5
#: Pressure that a mL of blood builds up around a bleed, mmHg (assumed: loose tissue gives way).
_TISSUE_MMHG_PER_ML = 0.1


class Edits(Gauges):
    """The edits of a circulation. Each may come at any time; none jumps."""

    def set_radius(self, vessel: str | int, radius_mm: Array, seconds: float = RAMP_S) -> None:
        """Send a vessel's samples to new radii (balloon, stent, recoil)."""
        self.blood.calibres.set_radius(self._index(vessel), radius_mm, seconds)

    def narrow(
        self,
        vessel: str | int,
        at_mm: float,
        length_mm: float,
        percent: float,
        seconds: float = RAMP_S,
    ) -> None:
        """Narrow a stretch by so many per cent of its healthy diameter (recoil)."""
        self.blood.calibres.narrow(self._index(vessel), at_mm, length_mm, percent, seconds)

    def dissect(
        self,
        vessel: str | int,
        at_mm: float,
        length_mm: float,
        percent: float,
        seconds: float = RAMP_S,
    ) -> None:
        """Narrow a stretch and open a false lumen where the room was."""
        index, half = self._index(vessel), 0.5 * length_mm
        self.narrow(index, at_mm, length_mm, percent, seconds)
        self.contents.false_lumens.open(index, at_mm - half, at_mm + half)

    def spasm(self, vessel: str | int, factor: float, seconds: float = 2.0) -> None:
        """Contract a vessel to so much of its radius; 1 relaxes it."""
        self.blood.calibres.spasm(self._index(vessel), factor, seconds)

    def give(self, drug: str, amount: float, vessel: str | int | None = None) -> None:
        """Give a drug into a vein or, at a catheter's tip, into a vessel.

        A dilator given into a vessel relieves the spasm there and beyond, else everywhere by less.

        Args:
            drug: Name in ``drugs.FORMULARY``.
            amount: In the drug's unit.
            vessel: Where the catheter's tip lies; None: intravenously.

        Raises:
            ValueError: No such drug or vessel, or an amount that is none.
        """
        index = None if vessel is None else self._index(vessel)
        given = self.physiology.doses.give(drug, amount)
        if drug == "oxygen":
            self.physiology.give_oxygen(amount)
        elif drug == "crystalloid":
            self.physiology.infuse(amount)
        if given.dilates > 0.0:
            half = given.usual / (2.0 if index is not None else 0.25)
            self._relax(index, given.dilates * amount / (amount + half), 2.0 * given.onset_s)

    def _relax(self, from_vessel: int | None, share: float, seconds: float) -> None:
        """Take away a share of the spasm in a vessel and all beyond it, or everywhere."""
        calibres = self.blood.calibres
        reached = {from_vessel} if from_vessel is not None else set(range(len(self.tree.vessels)))
        for vessel in self.tree.vessels:
            if vessel.index in reached or vessel.parent in reached:
                reached.add(vessel.index)
                now = calibres.spasm_of(vessel.index)
                if now < 1.0:
                    calibres.spasm(vessel.index, now + share * (1.0 - now), seconds)

    def add_plug(
        self, vessel: str | int, from_mm: float, to_mm: float, *, clot: bool = False
    ) -> int:
        """A balloon or a clot that closes nothing yet; returns its row for ``close_plug``."""
        obstacles = self.blood.calibres.obstacles
        return obstacles.add_plug(self._index(vessel), from_mm, to_mm, clot=clot)

    def close_plug(self, row: int, share: float, seconds: float = RAMP_S) -> None:
        """Close a plug to a share of the radius (balloon) or area (clot); 0 opens, 1 shuts."""
        _check_share("share", share)
        self.blood.calibres.obstacles.plugs.closed.send(row, share, seconds)

    def move_plug(self, row: int, vessel: str | int, from_mm: float, to_mm: float) -> None:
        """Take a plug along to another place, as a clot that is drawn back."""
        self.blood.calibres.obstacles.move_plug(row, self._index(vessel), from_mm, to_mm)

    def add_coils(self, vessel: str | int, from_mm: float, to_mm: float) -> int:
        """An empty coil pack; returns its row for ``pack_coils``."""
        obstacles = self.blood.calibres.obstacles
        return obstacles.add_coils(self._index(vessel), from_mm, to_mm)

    def pack_coils(self, row: int, density: float, seconds: float = RAMP_S) -> None:
        """Pack coils to a density (volume of wire by volume of lumen)."""
        _check_share("density", density)
        self.blood.calibres.obstacles.coils.density.send(row, density, seconds)

    def add_bleed(
        self, vessel: str | int, at_mm: float, tissue_mmhg_per_ml: float = _TISSUE_MMHG_PER_ML
    ) -> int:
        """A hole to the tissue, closed as yet; returns its row for ``open_leak``."""
        return self.leaks.add(self._index(vessel), at_mm, tissue_mmhg_per_ml, into_vein=False)

    def add_fistula(
        self, vessel: str | int, at_mm: float, into: tuple[str | int, float] | None = None
    ) -> int:
        """A way into a vein, closed as yet; returns its row for ``open_leak``.

        Args:
            vessel: The artery.
            at_mm: Where in it.
            into: A drawn vein and the place in it; None: a vein that is not drawn.
        """
        row = self.leaks.add(self._index(vessel), at_mm, 0.0, into_vein=True)
        if into is not None:
            vein = self._index(into[0])
            there = self.mean_pressure_mmhg(vein, into[1])
            self.contents.crossings.add(row, vein, into[1], there)
        return row

    def open_leak(self, row: int, rate_ml_s: float, seconds: float = RAMP_S) -> None:
        """Open a leak so that it lets through so much at 100 mmHg; 0 closes it."""
        if not rate_ml_s >= 0.0:
            raise ValueError(f"rate_ml_s is {rate_ml_s}")
        self.leaks.conductance.send(row, rate_ml_s / 100.0, seconds)


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value}: it must be between 0 and 1")
