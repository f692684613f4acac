"""The coaxial rod in the vessels: one time step of wire and catheters together.

**The grid stands still, the material slides.** Links of about 4 mm reach from the sheath's mouth to
the leading tip. Feeding a device moves no link: it lengthens the last one (which splits and merges)
and slides stiffness, rest curve and friction along the chain. So a push never travels through
hundreds of bodies, and devices follow their path as real ones do.

**Pymunk holds bodies, shapes, walls, filters and contacts; an implicit solve gives the angles.** A
chain of Pymunk joints and springs was measured first: gaps of 0.4 mm while moving, 2 mm at
60 mm/s, and explosions with a stiff wire at 300 mm/s. The implicit solve has no stretch, no gap and
forces in newtons at any input.
"""

from __future__ import annotations

import cmath
import math

import numpy as np
from numpy.typing import NDArray

from ir_sim.devices.bending import Chain, Solution, evaluate, nodes_of
from ir_sim.devices.contact_planes import STICK_STIFFNESS_N_MM, Contacts
from ir_sim.devices.contact_space import SLOTS_PER_LINK, ContactSpace, Touch
from ir_sim.devices.fingers import Felt
from ir_sim.devices.friction_memory import found_anew
from ir_sim.devices.grid import LINK_MM, RodState, regrid, shorten
from ir_sim.devices.newton import newton_step
from ir_sim.devices.stack import Material, Mounted, composite, outermost

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.intp]

#: Shortest chain, mm: a stub at the sheath's mouth.
STUB_MM = 2.0
#: Time constant of the bending loss, s (assumed; damps a released snap within a few frames).
LOSS_S = 0.04
#: Drag of the blood on a node, N s/mm (assumed; only settles what nothing else holds).
DRAG_N_S_MM = 1.0e-6
#: The material slides at most this far in one sub-step, mm.
SUBSTEP_MM = 1.0
#: Contacts are found anew when a node has moved this far, mm.
_REDETECT_MM = 0.6
_NEWTON_STEPS = 10
_TOLERANCE_MM = 0.03
#: The chain's motion is extrapolated from step to step by at most this, mm.
_GUESS_MM = 0.3
#: A held rod of which no node moved further than this in a step is at rest, mm.
SETTLED_MM = 2.0e-4
_ZERO = np.zeros(1)


class Rod:
    """A chain in a contact space, posed at the sheath's mouth.

    Args:
        space: Walls, or None for free space.
        base_mm: The sheath's mouth.
        base_rad: Its direction.
        layer: The layer of the vessel it lies in.
        link_mm: Link length of the shaft.

    Attributes:
        state: What is carried from step to step.
        felt: What the hands felt in the last step.
        tip_force_n: External force on the leading tip (complex N), for tests and tools.
        settled: Whether the rod was held in the last step and came to rest.
    """

    def __init__(
        self,
        space: ContactSpace | None,
        base_mm: complex,
        base_rad: float,
        layer: int = 0,
        link_mm: float = LINK_MM,
    ) -> None:
        self.space = space
        self.base_mm = complex(base_mm)
        self.base_rad = float(base_rad)
        self.link_mm = link_mm
        self.tip_force_n = self._settled_force_n = 0j
        self.settled = False
        self._nodes: Complex = np.zeros(0, np.complex128)
        self.place(RodState.stub(STUB_MM, self.base_rad, layer), Felt.nothing())

    def advance(
        self,
        devices: list[Mounted],
        feed_mm: Array,
        turn_rad: Array,
        dt_s: float,
    ) -> bool:
        """Move the hubs during ``dt_s`` and let the rod settle into the walls.

        Args:
            devices: The stack, inside out; their insertions and rotations are updated.
            feed_mm: (devices,) advance of each hub.
            turn_rad: (devices,) rotation of each hub.
            dt_s: Time step.

        Returns:
            Whether anything may have moved: a rod at rest that is held stays as it is, at no cost.
        """
        held = not (feed_mm.any() or turn_rad.any())
        if held and self.settled and self.tip_force_n == self._settled_force_n:
            return False
        before, grid = self._nodes, self.state.length_mm
        steps = substeps(feed_mm)
        for _ in range(steps):
            self._substep(devices, feed_mm / steps, turn_rad / steps, dt_s / steps)
        same = held and len(grid) == len(self.state.length_mm)
        self.settled = same and float(np.abs(self._nodes - before).max()) < SETTLED_MM
        self._settled_force_n = self.tip_force_n
        return True

    def place(self, state: RodState, felt: Felt | None = None) -> None:
        """Put the rod into a state; ``felt`` is kept if it is not given."""
        self.state = state
        if felt is not None:
            self.felt = felt
        self.settled = False
        self._nodes = nodes_of(self.base_mm, state.angle, state.length_mm)
        self._s = np.concatenate([_ZERO, state.length_mm.cumsum()])

    @property
    def nodes(self) -> Complex:
        """(n + 1,) positions of the nodes."""
        return self._nodes

    @property
    def node_s_mm(self) -> Array:
        """(n + 1,) arclength of the nodes from the sheath's mouth."""
        return self._s

    def _substep(
        self, devices: list[Mounted], feed_mm: Array, turn_rad: Array, dt_s: float
    ) -> None:
        new = [
            min(max(m.inserted_mm + self.felt.slides_mm(i, fed, dt_s), 0.0), m.device.length_mm)
            for i, (m, fed) in enumerate(zip(devices, feed_mm.tolist(), strict=True))
        ]
        growth = max([STUB_MM, *new]) - float(self._s[-1])
        if shorten(self.state, growth, self.link_mm):
            self.place(self.state)
        state, s_before = self.state, self._s
        outer = outermost(devices, s_before)
        touch = self._detect(devices, outer)
        self._turn(devices, turn_rad, outer)
        feed = np.array([to - m.inserted_mm for to, m in zip(new, devices, strict=True)])
        for mounted, to in zip(devices, new, strict=True):
            mounted.inserted_mm = to
        state.length_mm[-1] += growth
        s = s_before.copy()
        s[-1] += growth
        start = self._nodes.copy()
        start[-1] += cmath.rect(growth, float(state.angle[-1]))
        material = composite(devices, s)
        chain = self._chain(material, feed, s_before, s, start, dt_s)
        contacts = self._contacts(touch, material, feed, growth, start)
        self._settle(chain, contacts, material, dt_s)
        if regrid(state, self.link_mm):
            self.place(state)
        else:
            self._s = s

    def _detect(self, devices: list[Mounted], outer: Index) -> Touch | None:
        if self.space is None:
            return None
        radius = np.array([m.device.outer_radius_mm for m in devices])[outer]
        self.space.shape_links(self.state.length_mm, radius, self.state.layer)
        return self.space.detect(self._nodes)

    def _turn(self, devices: list[Mounted], turn_rad: Array, outer: Index) -> None:
        """Carry the hubs' rotation to the tips: friction holds back what it can hold.

        The shaft winds up until the torque mu N r of the contacts between hub and tip is overcome:
        |hub - tip| <= sum(mu N r s) / GJ (friction-limited torsion of a rod).
        """
        per_link = self.state.normal_n.reshape(-1, SLOTS_PER_LINK).sum(1)
        lever = np.bincount(outer, per_link * self._s[1:], len(devices)).tolist()
        for i, mounted in enumerate(devices):
            device = mounted.device
            mounted.hub_rad += float(turn_rad[i])
            torque = device.friction * device.outer_radius_mm * lever[i]
            lag = torque / (device.torque_ratio * mounted.profile.shaft_ei_n_mm2)
            low, high = mounted.hub_rad - lag, mounted.hub_rad + lag
            mounted.tip_rad = min(max(mounted.tip_rad, low), high)

    def _chain(
        self,
        material: Material,
        feed: Array,
        s_before: Array,
        s: Array,
        start: Complex,
        dt_s: float,
    ) -> Chain:
        angle = self.state.angle
        turn = _turns(angle, self.base_rad)
        carried, total = np.zeros_like(turn), np.full_like(turn, 1e-12)
        middle_before = 0.5 * (s_before[1:] + s_before[:-1])
        middle = 0.5 * (s[1:] + s[:-1])
        for weight, moved in zip(material.weight, feed.tolist(), strict=True):
            if moved:  # each device carries its bend along
                there = np.interp(middle - moved, middle_before, angle, left=self.base_rad)
                carried += weight * _turns(there, self.base_rad)
            else:
                carried += weight * turn
            total += weight
        loss = LOSS_S / dt_s
        return Chain(
            self.base_mm,
            self.base_rad,
            self.state.length_mm,
            material.stiffness * (1.0 + loss),
            material.stiffness * (material.rest_turn + loss * (carried / total)),
            start,
            DRAG_N_S_MM / dt_s,
            self.tip_force_n,
        )

    def _contacts(
        self,
        touch: Touch | None,
        material: Material,
        feed: Array,
        growth_mm: float,
        start: Complex,
    ) -> Contacts:
        if touch is None or not len(touch.link):
            return Contacts.none(len(material.outer))
        link = touch.link
        sliding = feed[material.outer[link]]
        sliding[link == len(material.outer) - 1] -= growth_mm  # the last joint goes with the tip
        towards = (np.exp(-1j * self.state.angle[link]) * touch.normal).imag
        return Contacts(
            len(material.outer),
            touch.slot,
            link,
            touch.share,
            touch.normal,
            touch.offset_mm,
            material.radius_mm[link],
            self.state.slip_mm[touch.slot] - sliding * towards,
            material.friction[link] * self.state.normal_n[touch.slot],
            start,
        )

    def _settle(self, chain: Chain, contacts: Contacts, material: Material, dt_s: float) -> None:
        """Newton steps to equilibrium; contacts are found anew on the way when nodes go far."""
        before = self.state.angle
        ahead = self.state.spin * dt_s
        along = chain.start[1:] - chain.start[:-1]
        along *= ahead
        moved = float(np.abs(along.cumsum()).max())
        if moved > _GUESS_MM:
            ahead *= _GUESS_MM / moved
            moved = _GUESS_MM
        now = evaluate(chain, contacts, before + ahead)
        for _ in range(_NEWTON_STEPS):
            now = newton_step(chain, contacts, now, _REDETECT_MM)
            moved += now.moved_mm
            if now.left_mm < _TOLERANCE_MM:
                break
            if moved > _REDETECT_MM and self.space is not None:
                self.space.shape_links(chain.length_mm, material.radius_mm, self.state.layer)
                contacts = found_anew(contacts, self.space.detect(now.nodes), material, chain.start)
                now = evaluate(chain, contacts, now.angle)
                moved = 0.0
        self.state.spin = (now.angle - before) / dt_s
        self._store(now, contacts, material)

    def _store(self, now: Solution, contacts: Contacts, material: Material) -> None:
        n = len(now.angle)
        slip, normal = np.zeros(SLOTS_PER_LINK * n), np.zeros(SLOTS_PER_LINK * n)
        link = contacts.link
        limit = material.friction[link] * now.normal_n / STICK_STIFFNESS_N_MM
        slip[contacts.slot] = np.minimum(np.maximum(now.slip_mm, -limit), limit)
        normal[contacts.slot] = now.normal_n
        self.state.angle, self.state.slip_mm, self.state.normal_n = now.angle, slip, normal
        self._nodes = now.nodes
        self.felt = Felt.of(now, contacts, material, self.base_rad)


def substeps(feed_mm: Array) -> int:
    """In how many sub-steps hubs that move so far are followed."""
    return max(1, math.ceil(float(np.abs(feed_mm).max(initial=0.0)) / SUBSTEP_MM))


def _turns(angle: Array, base_rad: float) -> Array:
    """(n,) angle of each joint."""
    out = angle.copy()
    out[1:] -= angle[:-1]
    out[0] -= base_rad
    return out
