"""What travels with the blood: from the catheter through vessels, beds and veins, all accounted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ir_sim.flow.beds import CO2, CONTRAST, SPECIES, Beds
from ir_sim.flow.blood import Blood, Moved
from ir_sim.flow.crossings import Crossings
from ir_sim.flow.elimination import Array, Index, total
from ir_sim.flow.false_lumen import FalseLumens
from ir_sim.flow.overlay import Overlay
from ir_sim.flow.sites import Place, transport_taps
from ir_sim.flow.systemic import Systemic
from ir_sim.flow.transport import Moves, Transport

#: Length of the transport cells, mm.
_CELL_MM = 2.5
#: Share of the neighbour's mean velocity at which blood goes in and out of a blind pouch (assumed).
_POUCH_SHARE = 0.05
#: What is left of a species in vessels, beds and veins when it is no longer followed, as a share of
#: what was given; it is added to the tissue.
_TRACE = 1e-12


class Contents:
    """All species everywhere.

    Attributes:
        transport: What is in the vessels.
        beds: What is in the organs.
        systemic: What is in veins and tissue.
        false_lumens: What is beside the true lumens.
        crossings: What is on its way from an artery into a drawn vein.
        given: (species,) mg injected so far.
        extravasated: (species,) mg bled out.
        excreted: (species,) mg in the urine or breathed out.
        overlay: Where the tree's samples lie in ``transport``.
        pouches: (pouches,) vessels of the blind pouches, and ``pouch_open`` which share of the
            blood still goes in and out of each (1 unless there are coils in it).
    """

    def __init__(self, blood: Blood, gfr_ml_s: float, weight_kg: float) -> None:
        p = blood.plumbing
        self._plumbing, self._outlet_node = p, blood.supply.outlets.node
        self._returns, self._beds = blood.supply.returns, slice(0, len(blood.supply.organs))
        #: (species, inflows) mg that the organs have given to the drawn veins in the last tick
        self.arriving = np.zeros((len(SPECIES), len(self._returns.node)))
        self.beds = Beds(
            blood.supply.organs,
            blood.supply.outlet_flow_ml_s,
            gfr_ml_s,
            [end.outlet.capacity_ml for end in p.ends],
        )
        self.systemic = Systemic(weight_kg)
        self.false_lumens = FalseLumens(p, len(SPECIES))
        self.crossings = Crossings(len(SPECIES))
        self.given, self.extravasated, self.excreted = np.zeros((3, len(SPECIES)))
        self.limit = np.zeros(len(SPECIES))
        count = np.maximum(np.round(p.length_mm / _CELL_MM), 2).astype(np.int64)
        self.transport = Transport(
            p.a,
            p.b,
            p.n_nodes,
            count,
            blood.volume,
            p.length_mm,
            blood.root_volume,
            len(SPECIES),
        )
        self._blind, self._mother = _blind_elements(blood)
        self._calibres = blood.calibres
        self._rest_flow = blood.supply.flow_ml_s
        self.pouches, self.pouch_open = p.vessel[self._blind], np.ones(len(self._blind))
        self.overlay = Overlay(p, self.transport, self._calibres)

    @property
    def count(self) -> Index:
        """(elements,) cells."""
        return self.transport.cells.count

    def give(self, species: str, mg: float, concentration_mg_ml: float) -> Array:
        """(species,) mg of an injection, entered in the books."""
        column = np.zeros(len(SPECIES))
        if species != "saline":
            i = SPECIES.index(species)
            column[i] = mg
            self.limit[i] = max(self.limit[i], concentration_mg_ml)
        self.given += column
        return column

    def carry(
        self, moved: Moved, places: Sequence[Place], mass: Array, leaks: Index, into_vein: Array
    ) -> Array:
        """Move everything with the blood.

        Args:
            moved: The volumes.
            places: Where the taps are.
            mass: (species, taps) mg that enter at them.
            leaks: Which of the taps are leaks.
            into_vein: (leaks,) 1 where a leak goes into a vein, 0 where into tissue.

        Returns:
            (leaks,) mg of contrast that leaked.
        """
        p, t = self._plumbing, self.transport
        active = np.flatnonzero(self.given > 0.0)
        if not len(active):
            t.volume, t.root_volume = moved.volume, moved.root
            return np.zeros(len(leaks))
        node = self._outlet_node
        out, back = np.maximum(moved.out, 0.0), np.maximum(-moved.out, 0.0)
        node_in, node_out = total(node, back, p.n_nodes), total(node, out, p.n_nodes)
        node_in[0] += moved.heart
        node_mass = np.zeros((len(SPECIES), p.n_nodes))
        if back.any():
            drawn = np.append(self.beds.draw_back(back[self._beds]), self._arrive(back), axis=1)
            for s in active:
                node_mass[s] = total(node, drawn[s], p.n_nodes)
        returned, breathed = self.systemic.eject(moved.heart, moved.dt_s)
        node_mass[:, 0] += returned
        self.excreted[CO2] += breathed
        keys, row = transport_taps(places, self.count)
        t.cut(keys)
        tap_mass = np.zeros((len(SPECIES), len(keys)))
        direct = tap_mass
        if len(keys):
            for s in active:
                tap_mass[s] = total(row, mass[s], len(keys))
            # where a jet and a leak share a cell, what leaks is the jet's own
            jet = total(row, np.maximum(moved.tap, 0.0), len(keys))
            leaking = total(row, np.maximum(-moved.tap, 0.0), len(keys))
            both = np.minimum(jet, leaking)
            direct = tap_mass * np.divide(both, jet, out=np.zeros_like(jet), where=jet > 0.0)
            tap_mass = tap_mass - direct
        moves = Moves(
            moved.enter,
            moved.volume,
            self._counter(moved),
            total(row, moved.tap, len(keys)) if len(keys) else np.zeros(0),
            node_in,
            node_out,
            moved.root,
            np.abs(moved.enter) / moved.dt_s * p.length_mm / moved.volume,
            moved.dt_s,
        )
        left, tap_left = t.step(moves, node_mass, tap_mass, self.limit, active)
        if self.false_lumens.rows:
            rest = np.abs(self._rest_flow)
            now = np.abs(moved.enter) / moved.dt_s
            share = np.divide(now, rest, out=np.zeros_like(now), where=rest > 0.0)
            slot = self.overlay.now()[0]
            self.false_lumens.exchange(t, self._calibres, slot, share, active, moved.dt_s)
        share = np.divide(out, node_out[node], out=np.zeros_like(out), where=out > 0.0)
        gone = left[:, node] * share
        beds, inflows = self._beds, len(self.arriving[0])
        passed, urine = self.beds.step(gone[:, beds], moved.through[beds], moved.dt_s)
        if inflows:
            passed = self._drain(passed, moved.through[beds], back[beds.stop :])
            self.systemic.take(gone[:, beds.stop :].sum(1))
        self.systemic.take(passed.sum(1))
        self.excreted[CONTRAST] += urine
        self._forget(active)
        if not len(places):
            return np.zeros(0)
        return self._tapped(_shared_out(tap_left + direct, row, moved.tap), leaks, into_vein)

    def _tapped(self, mass: Array, leaks: Index, into_vein: Array) -> Array:
        """Book (species, places) mg that left at the taps; returns (leaks,) mg of contrast.

        Jets come first, then where fistulas enter veins, then leaks.
        """
        ways = len(self.crossings.rows)
        jets = mass.shape[1] - len(leaks) - ways
        self.given -= mass[:, :jets].sum(1)  # what ran back into catheters was not given
        seen = self._leak(mass[:, leaks], into_vein)
        if ways:
            self.crossings.mass += mass[:, jets : jets + ways]
        return seen

    def _arrive(self, back: Array) -> Array:
        """(species, inflows) mg that enter the drawn veins now; where nothing flows, elsewhere."""
        mass = np.where(back[self._beds.stop :] > 0.0, self.arriving, 0.0)
        self.systemic.take((self.arriving - mass).sum(1))
        self.arriving = np.zeros_like(self.arriving)
        return mass

    def _drain(self, passed: Array, through: Array, into: Array) -> Array:
        """Give the drawn veins their part of what the beds have passed; returns the rest.

        Args:
            passed: (species, beds) mg.
            through: (beds,) mL.
            into: (inflows,) mL that flow into each vein; less than the beds give where it is shut.
        """
        share = self._returns.share
        given = share @ np.maximum(through, 0.0)
        part = np.divide(into, given, out=np.zeros_like(into), where=given > 0.0)
        share = share * np.minimum(part, 1.0)[:, None]
        self.arriving = self.arriving + passed @ share.T
        return np.asarray(passed * (1.0 - share.sum(0)))

    def _counter(self, moved: Moved) -> Array:
        """(elements,) mL exchanged with blind pouches."""
        counter = np.zeros(len(moved.volume))
        if len(self._blind):
            length = self._plumbing.length_mm
            speed = np.abs(moved.enter) * length / moved.volume  # mm in this tick
            own = moved.volume[self._blind] / length[self._blind]
            counter[self._blind] = _POUCH_SHARE * speed[self._mother] * own * self.pouch_open
        return counter

    def _leak(self, mass: Array, into_vein: Array) -> Array:
        """Take (species, leaks) mg that left at the leaks; returns (leaks,) mg of contrast."""
        drawn = self.crossings.leaks
        if drawn:
            self.crossings.mass = mass[:, drawn].copy()
            into_vein = into_vein.copy()
            into_vein[drawn] = 0.0
            mass = mass.copy()
            seen = mass[CONTRAST].copy()
            mass[:, drawn] = 0.0
            self.systemic.take(mass @ into_vein)
            self.extravasated += mass @ (1.0 - into_vein)
            return np.asarray(seen)
        self.systemic.take(mass @ into_vein)
        self.extravasated += mass @ (1.0 - into_vein)
        return np.asarray(mass[CONTRAST])

    def _forget(self, active: Index) -> None:
        """Stop following traces that nobody can see."""
        for s in active[active != CONTRAST].tolist():
            t = self.transport
            if self.false_lumens.rows or self.crossings.rows:
                continue
            left = float(t.mass[s].sum() + t.node_mass[s].sum() + self.beds.mass[s].sum())
            left += float(self.systemic.veins[s].sum() + self.arriving[s].sum())
            if 0.0 < left < _TRACE * self.given[s]:
                t.mass[s] = t.node_mass[s] = self.beds.mass[s] = self.systemic.veins[s] = 0.0
                self.arriving[s] = 0.0
                self.systemic.tissue[s] += left

    def reshaped(self) -> None:
        """Calibres have changed: the samples lie over other cells."""
        self.overlay.forget()

    def concentration(self, species: int) -> Array:
        """(samples,) mg/mL, the lanes' mean."""
        c = self.transport.concentration(species)
        slot, share = self.overlay.now()
        low = c[slot]
        return np.asarray(low + share * (c[slot + 1] - low))

    def ledger(self, species: int) -> dict[str, float]:
        """Where a species is, mg; ``injected`` equals the sum of the others."""
        t = self.transport
        return {
            "injected": float(self.given[species]),
            "vessels": float(
                t.mass[species].sum()
                + t.node_mass[species].sum()
                + self.false_lumens.mass[species].sum()
            ),
            "beds": self.beds.total_mg(species),
            "veins": float(
                self.systemic.veins[species].sum()
                + self.arriving[species].sum()
                + self.crossings.mass[species].sum()
            ),
            "pool": float(self.systemic.tissue[species]),
            "extravasated": float(self.extravasated[species]),
            "excreted": float(self.excreted[species]),
        }

    def state(self) -> dict[str, Any]:
        """What ``restore`` needs."""
        t = self.transport
        return {
            "mass": t.mass.copy(),
            "node_mass": t.node_mass.copy(),
            "volume": t.volume.copy(),
            "root_volume": t.root_volume,
            "beds": self.beds.state(),
            "systemic": self.systemic.state(),
            **({"crossings": self.crossings.state()} if self.crossings.rows else {}),
            **({"false": self.false_lumens.state()} if self.false_lumens.rows else {}),
        } | {name: getattr(self, name).copy() for name in (*_STATE, *self._venous_state)}

    @property
    def _venous_state(self) -> tuple[str, ...]:
        return ("arriving",) if self.arriving.size else ()

    def restore(self, state: Mapping[str, Any], blood: Blood) -> None:
        """Take up a state; ``blood`` has been restored before."""
        t = self.transport
        t.mass, t.node_mass = state["mass"].copy(), state["node_mass"].copy()
        t.volume, t.root_volume = state["volume"].copy(), state["root_volume"]
        self.beds.restore(state["beds"])
        self.systemic.restore(state["systemic"])
        self.false_lumens.restore(state.get("false"))
        self.crossings.restore(state.get("crossings"))
        for name in (*_STATE, *self._venous_state):
            setattr(self, name, state[name].copy())
        self.reshaped()


_STATE = ("given", "extravasated", "excreted", "limit")


def _blind_elements(blood: Blood) -> tuple[Index, Index]:
    """Elements through which nothing can flow, and for each the element it leaves."""
    p = blood.plumbing
    feeds = np.zeros(p.n_nodes, dtype=bool)
    feeds[[end.node for end in p.ends] + [inflow.node for inflow in p.inflows]] = True
    flows = np.zeros(len(p.vessel), dtype=bool)
    for e in reversed(range(len(p.vessel))):
        flows[e] = feeds[p.b[e]]
        feeds[p.a[e]] |= flows[e]
    blind = np.flatnonzero(~flows)
    into = {int(node): e for e, node in enumerate(p.b)}
    mother = [into.get(int(p.a[e]), int(e)) for e in blind]
    return blind, np.array(mother, dtype=np.int64)


def _shared_out(tap_left: Array, row: Index, tap: Array) -> Array:
    """(species, places) mg: what left at the taps, among the places there."""
    lost = np.maximum(-tap, 0.0)
    there = total(row, lost, tap_left.shape[1])[row]
    share = np.divide(lost, there, out=np.zeros_like(lost), where=there > 0.0)
    return np.asarray(tap_left[:, row] * share)
