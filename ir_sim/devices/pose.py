"""What can be seen of the devices after a step: curves, forces and places, computed when asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ir_sim.anatomy.lumen import Lumen
from ir_sim.devices.contact_space import SLOTS_PER_LINK
from ir_sim.scenario.device import Device

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, eq=False)
class ChainPose:
    """The chain as the last step left it.

    Attributes:
        nodes: (n + 1,) complex positions, mm.
        node_s_mm: (n + 1,) arclength from the sheath's mouth.
        layer: (n,) layer of each link.
        normal_n: (6 n,) wall force of each contact slot.
        lumen: The vessels.
    """

    nodes: Complex
    node_s_mm: Array
    layer: NDArray[np.intp]
    normal_n: Array
    lumen: Lumen = field(repr=False)

    @cached_property
    def curve(self) -> Array:
        """(2 n + 1, 2) smooth curve: link middles, and joints pulled inside the bend, mm.

        A quadratic spline with the nodes as control points: it is tangent to every link in its
        middle and starts and ends with the chain.
        """
        middle = 0.5 * (self.nodes[1:] + self.nodes[:-1])
        out = np.empty(2 * len(middle) + 1, np.complex128)
        out[0], out[-1] = self.nodes[0], self.nodes[-1]
        out[1::2] = middle
        out[2:-1:2] = 0.5 * self.nodes[1:-1] + 0.25 * (middle[1:] + middle[:-1])
        return out.view(np.float64).reshape(-1, 2)

    @cached_property
    def curve_s_mm(self) -> Array:
        """(2 n + 1,) arclength of the curve's points."""
        out = np.empty(2 * len(self.node_s_mm) - 1)
        out[::2] = self.node_s_mm
        out[1::2] = 0.5 * (self.node_s_mm[1:] + self.node_s_mm[:-1])
        return out

    @cached_property
    def curve_layer(self) -> NDArray[np.intp]:
        """(2 n + 1,) layer of the curve's points."""
        return np.concatenate([self.layer[:1], np.repeat(self.layer, 2)])

    @cached_property
    def curve_force_n(self) -> Array:
        """(2 n + 1,) wall force at the curve's points."""
        at = self.normal_n.reshape(-1, SLOTS_PER_LINK // 2, 2).sum(2)
        at[:, 0] += at[:, 2]  # a carina's push counts at the middle
        return np.concatenate([[0.0], at[:, :2].ravel()])

    @cached_property
    def curve_clearance_mm(self) -> Array:
        """(2 n + 1,) signed distance of the curve's points to the wall; negative is outside."""
        return self.clearance_mm(self.curve, self.curve_layer)

    @cached_property
    def curve_sample(self) -> NDArray[np.intp]:
        """(2 n + 1,) nearest cross-section in the tree's sample table, or -1."""
        maps, low = self.lumen.maps, int(self.layer.min())
        if low == self.layer.max():  # as nearly always
            return maps[low].sample_at(self.curve).astype(np.intp)
        out = np.empty(len(self.curve), np.intp)
        for k in set(self.layer.tolist()):
            on = self.curve_layer == k
            out[on] = maps[k].sample_at(self.curve[on])
        return out

    def clearance_mm(self, xy_mm: Array, layer: NDArray[np.intp]) -> Array:
        """(n,) signed distance of (n, 2) points on given layers to the wall."""
        out = np.empty(len(xy_mm))
        for k in set(layer.tolist()):
            out[layer == k] = self.lumen.maps[k].clearance_mm(xy_mm[layer == k])
        return out


@dataclass(frozen=True, eq=False)
class DeviceState:
    """One device after a step.

    Attributes:
        slot: Its place in the coaxial stack.
        device: What it is.
        inserted_mm: Length beyond the sheath's mouth.
        rotation_deg: Rotation of the hub.
        tip_rotation_deg: Rotation that has reached the tip.
        hub_force_n: What the hand feels; positive when it pushes.
    """

    slot: str
    device: Device
    inserted_mm: float
    rotation_deg: float
    tip_rotation_deg: float
    hub_force_n: float
    chain: ChainPose = field(repr=False)
    from_mm: float = field(repr=False)  # where it comes out of the device around it

    @cached_property
    def _count(self) -> int:
        return int(np.searchsorted(self.chain.curve_s_mm, self.inserted_mm, side="left"))

    def _cut(self, values: Array, at_tip: Array) -> Array:
        return np.concatenate([values[: self._count], at_tip[None]])

    @cached_property
    def tip_mm(self) -> Array:
        """(2,) position of the tip."""
        return self._at(self.inserted_mm)

    def _at(self, s_mm: float) -> Array:
        """(2,) the curve's point so far from the sheath's mouth."""
        s, curve = self.chain.curve_s_mm, self.chain.curve
        i = int(s.searchsorted(s_mm, "right"))
        if not 0 < i < len(s):
            return np.array(curve[min(i, len(s) - 1)])
        (a, b), (here, there) = s[i - 1 : i + 1].tolist(), curve[i - 1 : i + 1]
        return np.asarray((there - here) / (b - a) * (s_mm - a) + here)

    @cached_property
    def points_mm(self) -> Array:
        """(n, 2) curve from the sheath's mouth to the tip."""
        return self._cut(self.chain.curve, self.tip_mm)

    @cached_property
    def wall_force_n(self) -> Array:
        """(n,) force of the wall on the device at each point; 0 where another device covers it."""
        s = np.append(self.chain.curve_s_mm[: self._count], self.inserted_mm)
        force = np.zeros(len(s))
        here = slice(0, min(len(s), len(self.chain.curve_force_n)))
        force[here] = self.chain.curve_force_n[here]
        return np.asarray(np.where(s >= self.from_mm, force, 0.0))

    @cached_property
    def clearance_mm(self) -> Array:
        """(n,) distance of each point to the wall of its lumen; negative is outside."""
        last = self.chain.curve_layer[min(self._count, len(self.chain.curve_layer) - 1)]
        at_tip = self.chain.clearance_mm(self.tip_mm[None], np.array([last]))[0]
        return self._cut(self.chain.curve_clearance_mm, np.asarray(at_tip))

    @cached_property
    def tip_direction(self) -> Array:
        """(2,) unit vector in which the tip points."""
        d = self.tip_mm - self._at(max(self.inserted_mm - 1.0, 0.0))
        return np.asarray(d / max(float(np.hypot(*d)), 1e-9))

    @cached_property
    def tip_sample(self) -> int:
        """Nearest cross-section in the tree's sample table, or -1."""
        last = int(self.chain.curve_layer[min(self._count, len(self.chain.curve_layer) - 1)])
        return int(self.chain.lumen.maps[last].sample_at(self.tip_mm[None])[0])

    def vessel_at(self, point: int) -> str:
        """Id of the vessel that a point of ``points_mm`` lies in."""
        tree, last = self.chain.lumen.tree, len(self.chain.curve_sample) - 1
        sample = int(self.chain.curve_sample[min(point, last)]) if point < self._count else -1
        return tree.vessels[int(tree.sample_vessel[sample])].id if sample >= 0 else self.tip_vessel

    @property
    def tip_vessel(self) -> str:
        """Id of the vessel that the tip lies in."""
        tree = self.chain.lumen.tree
        return tree.vessels[int(tree.sample_vessel[max(self.tip_sample, 0)])].id

    @property
    def tip_vessel_mm(self) -> float:
        """Arclength of the tip along its vessel, from the ostium."""
        return float(self.chain.lumen.tree.sample_s_mm[max(self.tip_sample, 0)])
