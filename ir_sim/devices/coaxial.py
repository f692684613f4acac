"""The coaxial system at the sheath: what is mounted, what may be mounted, and how hands move it."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.lumen_layer import HALF_CELL_MM, WALL_RADIUS_MM
from ir_sim.anatomy.vessel_tree import OCCLUDED_RADIUS_MM
from ir_sim.devices.contact_space import ContactSpace
from ir_sim.devices.fingers import FINGERS_SLIP_N, Felt
from ir_sim.devices.following import CLOSING_MM, Stretches
from ir_sim.devices.grid import LINK_MM, RodState
from ir_sim.devices.pose import ChainPose, DeviceState
from ir_sim.devices.rod import Rod, substeps
from ir_sim.devices.sheath import SHEATH_OUTSIDE_MM, SheathMouth, sheath_mouth, why_not
from ir_sim.devices.stack import Mounted, inside_out
from ir_sim.scenario.device import Device
from ir_sim.scenario.fields import SLOTS, Slot

__all__ = ["SHEATH_OUTSIDE_MM", "CoaxialSystem", "SheathMouth", "sheath_mouth"]

Array = NDArray[np.float64]

#: What a hand can do at a hub (assumed): speed and turning.
HAND_MM_S = 200.0
HAND_DEG_S = 720.0
#: No point of a device's axis is ever further outside the lumen than this, mm.
OUTSIDE_MM = 0.25
#: A point whose nearest grid node lies deeper than this is not outside by ``OUTSIDE_MM``.
_SURE_MM = HALF_CELL_MM - OUTSIDE_MM + 0.01
#: Walls that close in on a device do so by at most this at once, mm, and press for so long, s.
PRESS_MM = 0.4
PRESS_S = 1.0 / 60.0
#: A hub force that a step must not leap over, N: a little more than what fingers hold.
HARD_N = 1.15 * FINGERS_SLIP_N
#: A step that would leave the lumen is tried again in so many pieces, each of them in so many.
_PIECES = 4


@dataclass(frozen=True, eq=False)
class _Before:
    """Where everything was before a step that may be taken back."""

    places: list[tuple[Mounted, float, float]]
    rod: RodState
    felt: Felt

    def back(self, rod: Rod) -> None:
        """Take the step back: only the hubs' turns stay, and nothing swings on."""
        for mounted, inserted_mm, tip_rad in self.places:
            mounted.inserted_mm, mounted.tip_rad = inserted_mm, tip_rad
        self.rod.spin[:] = 0.0
        rod.place(self.rod, self.felt)


class CoaxialSystem:
    """Up to four devices in one another, sliding through one sheath.

    Args:
        lumen: The vessels' lumens.
        mouth: The sheath's mouth.
        link_mm: Link length of the shaft.

    Attributes:
        stack: The devices by slot.
        rod: The rod that they form.
        slipped: Whether the hubs slipped in the last step, because all of it would have left the
            lumen.
    """

    def __init__(self, lumen: Lumen, mouth: SheathMouth, link_mm: float = LINK_MM) -> None:
        self.lumen = lumen
        self.mouth = mouth
        self.stack: dict[Slot, Mounted] = {}
        self.slipped = False
        self._outside_mm = 0.0
        self._seen: dict[Slot, DeviceState] | None = None
        layer_of = np.array(lumen.layers.layer, dtype=np.intp)
        self._layer_of_sample = layer_of[lumen.tree.sample_vessel]
        self._stretches = Stretches(lumen.tree)
        walls = [grid.walls() for grid in lumen.maps]
        self._space = ContactSpace(walls, WALL_RADIUS_MM, lumen.bounds)
        layer = int(layer_of[mouth.vessel])
        self.rod = Rod(self._space, complex(*mouth.xy_mm), mouth.angle_rad, layer, link_mm)

    def why_not(self, slot: Slot, device: Device) -> str:
        """Why a device cannot be mounted now, in one line; empty if it can."""
        return why_not(self.stack, self.mouth, slot, device)

    def mount(self, slot: Slot, device: Device) -> None:
        """Put a device in place, its tip at the sheath's mouth.

        Raises:
            ValueError: It cannot be mounted; ask ``why_not`` first.
        """
        reason = self.why_not(slot, device)
        if reason:
            raise ValueError(reason)
        self.stack[slot] = Mounted.fresh(device)
        self.rod.settled, self._seen = False, None

    def unmount(self, slot: Slot) -> None:
        """Take a device away that has been withdrawn to the sheath's mouth.

        Raises:
            ValueError: The slot is empty, or the device is still in the vessel.
        """
        if slot not in self.stack:
            raise ValueError(f"nothing is in the {slot} slot")
        if self.stack[slot].inserted_mm > 0.0:
            raise ValueError(f"the {slot} is still in the vessel: withdraw it first")
        del self.stack[slot]
        self.rod.settled, self._seen = False, None

    def reshape(self, radius_mm: Array) -> None:
        """Give the vessels new radii (treatment, spasm): walls and lumen change where they differ.

        The ``lumen`` given to this system is changed in place. A narrowing takes hold little by
        little, so that it presses devices inwards rather than leaving them outside.

        Args:
            radius_mm: (samples,) new radii, by the tree's sample table.

        Raises:
            ValueError: Wrong shape, or a radius that is not positive and finite.
        """
        start, goal = self.lumen.radius_mm, np.asarray(radius_mm, dtype=float)
        steps = 1
        if self.stack and goal.shape == start.shape and np.isfinite(goal).all():
            tight = (start - goal > PRESS_MM).nonzero()[0]
            tight = tight[self._stretches.beside(tight, start, self.rod.nodes)]
            steps = max(1, math.ceil(float((start - goal)[tight].max(initial=0.0)) / PRESS_MM))
        for i in range(1, steps):
            self._lay_walls(start + (goal - start) * (i / steps))
            self._press()
        self._lay_walls(goal)
        if self.stack:
            self._press()

    def follow(self, radius_mm: Array) -> None:
        """Let the walls follow the vessels' calibres by one tick.

        At most one stretch is laid anew. At a carina, where this costs most, the signed distance
        follows in the next tick. Where walls close in on a device the next ``advance`` pushes it
        aside.

        Args:
            radius_mm: (samples,) radii, positive and finite.
        """
        nodes = self.rod.nodes if self.stack else self.rod.nodes[:0]
        late = self.lumen.paint()
        if len(late):
            if self._stretches.beside(late, self.lumen.radius_mm, nodes).any():
                self._feel_walls()
            return
        laid = self.lumen.radius_mm
        wanted = np.maximum(radius_mm, OCCLUDED_RADIUS_MM)
        found = self._stretches.next(wanted, laid, nodes)
        if found is None:
            return
        part, near = found
        goal = laid.copy()
        goal[part] = np.maximum(wanted[part], laid[part] - CLOSING_MM) if near else wanted[part]
        settled, seen = self.rod.settled, self._seen
        self._lay_walls(goal, may_wait=True)
        if not near:  # nothing that a device feels
            self.rod.settled, self._seen = settled, seen
        elif self.stack and self.lumen.painted_mm is self.lumen.radius_mm:
            self._feel_walls()

    def _feel_walls(self) -> None:
        self.rod.settled, self._seen = False, None
        self._outside_mm = self._follow_vessels()

    def _lay_walls(self, radius_mm: Array, *, may_wait: bool = False) -> None:
        for change in self.lumen.reshape(radius_mm, may_wait=may_wait):
            self._space.lay_walls(change)
            self.rod.settled, self._seen = False, None

    def _press(self) -> None:
        """Let new walls push the held devices."""
        devices = inside_out(self.stack)
        still = np.zeros(len(devices))
        if self.rod.advance(devices, still, still, PRESS_S):
            self._seen = None
            self._outside_mm = self._follow_vessels()

    def advance(self, motions: Mapping[Slot, tuple[float, float]], dt_s: float) -> None:
        """Move the hubs for one time step.

        Args:
            motions: For a slot its advance in mm/s and rotation in rad/s; absent is held. Speeds
                beyond a hand's are clipped to it.
            dt_s: Time step.
        """
        devices = inside_out(self.stack)
        if not devices:
            return
        names = [slot for slot in reversed(SLOTS) if slot in self.stack]
        feed, turn = np.zeros(len(devices)), np.zeros(len(devices))
        most = math.radians(HAND_DEG_S)
        for i, slot in enumerate(names):
            speed, spin = motions.get(slot, (0.0, 0.0))
            feed[i] = min(max(speed, -HAND_MM_S), HAND_MM_S) * dt_s
            turn[i] = min(max(spin, -most), most) * dt_s
        self.slipped = False
        before = self._before(devices)
        if not self.rod.advance(devices, feed, turn, dt_s) or self._holds(before.felt):
            return
        before.back(self.rod)
        self._advance_warily(devices, feed, dt_s)

    def _advance_warily(self, devices: list[Mounted], feed_mm: Array, dt_s: float) -> None:
        """Take a step that did not hold in ever smaller pieces, as far as it goes.

        Where even the smallest piece would leave the lumen, or where many were needed, the hubs
        slip for the rest of the step. So a step has its price, whatever it meets.
        """
        pieces = substeps(feed_mm)
        share = 1.0 / pieces
        smallest, left = share / _PIECES**2, 1.0
        for _ in range(2 * pieces + 2 * _PIECES):
            before = self._before(devices)
            self.rod.advance(devices, share * feed_mm, 0.0 * feed_mm, share * dt_s)
            if self._holds(before.felt, leap=share <= smallest):
                left -= share
                if left < 0.5 * smallest:
                    return
                continue
            before.back(self.rod)
            if share <= smallest:
                break
            share /= _PIECES
        self.slipped = True

    def _before(self, devices: list[Mounted]) -> _Before:
        places = [(mounted, mounted.inserted_mm, mounted.tip_rad) for mounted in devices]
        return _Before(places, self.rod.state.copy(), self.rod.felt)

    def _holds(self, before: Felt, *, leap: bool = False) -> bool:
        """Whether the rod may stay as the last step left it.

        Args:
            before: What the hands felt before that.
            leap: Whether a force may leap beyond what fingers hold. (Else it is found in finer
                steps, as they begin to slip.)
        """
        self._seen = None
        outside = self._follow_vessels()
        if outside > max(OUTSIDE_MM, self._outside_mm):
            return False
        if not leap and self.rod.felt.hub_n > max(HARD_N, before.hub_n):
            return False
        self._outside_mm = outside
        return True

    def _follow_vessels(self) -> float:
        """Put each link on the layer of the vessel that its end lies in.

        Returns:
            How far the chain is outside its lumen, mm; 0 if it certainly is not outside by more
            than ``OUTSIDE_MM``.
        """
        nodes, layer = self.rod.nodes, self.rod.state.layer
        if not np.isfinite(nodes[-1]):
            return math.inf
        n = len(layer)
        at = np.empty(2 * n, np.complex128)
        at[:n] = nodes[1:]
        np.add(at[:n], nodes[:-1], out=at[n:])
        at[n:] *= 0.5
        xy = at.view(np.float64).reshape(-1, 2)
        maps = self.lumen.maps
        low, high = (0, 0) if len(maps) == 1 else (int(layer.min()), int(layer.max()))
        if low == high:  # as nearly always
            cell = maps[low].cells(xy)
            doubtful = (maps[low].depth_mm.ravel()[cell] < _SURE_MM).nonzero()[0]
            if len(maps) > 1:
                sample = maps[low].sample.ravel()[cell[:n]]
                self.rod.state.layer = np.where(sample >= 0, self._layer_of_sample[sample], low)
            if not len(doubtful):
                return 0.0
            xy = xy[doubtful]
            layers = self.rod.state.layer[doubtful % n]
        else:
            was = layer.copy()
            for k in range(low, high + 1):
                on = was == k
                sample = maps[k].sample_at(xy[:n][on])
                layer[on] = np.where(sample >= 0, self._layer_of_sample[sample], k)
            layers = np.concatenate([layer, layer])
        least = min(
            float(maps[k].clearance_mm(xy[layers == k]).min()) for k in set(layers.tolist())
        )
        return max(-least, 0.0)

    def states(self) -> dict[Slot, DeviceState]:
        """Every device as the last step left it, from the outermost.

        While everything rests this is the same object, so that what was read off it is kept.
        """
        if self._seen is not None:
            return self._seen
        state = self.rod.state
        chain = ChainPose(
            self.rod.nodes,
            self.rod.node_s_mm,
            state.layer.copy(),
            state.normal_n.copy(),
            self.lumen,
        )
        out: dict[Slot, DeviceState] = {}
        covered = 0.0
        resistance = self.rod.felt.resistance_n.tolist()
        for i, slot in enumerate(slot for slot in SLOTS if slot in self.stack):
            mounted = self.stack[slot]
            place = len(self.stack) - 1 - i
            out[slot] = DeviceState(
                slot,
                mounted.device,
                mounted.inserted_mm,
                math.degrees(mounted.hub_rad),
                math.degrees(mounted.tip_rad),
                resistance[place] if place < len(resistance) else 0.0,
                chain,
                covered,
            )
            covered = max(covered, mounted.inserted_mm)
        self._seen = out
        return out

    def save(self) -> dict[str, Any]:
        """Everything needed to go on from here with the same bits."""
        lumen = self.lumen
        late = {} if lumen.painted_mm is lumen.radius_mm else {"painted_mm": lumen.painted_mm}
        return {
            **late,
            "rod": self.rod.state.copy(),
            "felt": self.rod.felt,
            "settled": self.rod.settled,
            "outside_mm": self._outside_mm,
            "radius_mm": self.lumen.radius_mm.copy(),
            "stack": {slot: copy.copy(mounted) for slot, mounted in self.stack.items()},
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go back to what ``save`` returned."""
        if "painted_mm" in saved:
            self._lay_walls(saved["painted_mm"])
        self._lay_walls(saved["radius_mm"], may_wait="painted_mm" in saved)
        self.rod.place(saved["rod"].copy(), saved["felt"])
        self.rod.settled, self._seen = saved["settled"], None
        self._outside_mm = saved["outside_mm"]
        self.stack = {slot: copy.copy(mounted) for slot, mounted in saved["stack"].items()}
