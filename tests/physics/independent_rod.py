"""An independent rod: not used by the product, which it checks.

Absolute angles on an even grid; the elastic energy of the composite plus a wall penalty from the
signed distance is a sum of squares, minimised by a dense Levenberg-Marquardt after each advance.
No friction, no contacts found by Pymunk, no banded system, no time.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from ir_sim.devices.profile import profile_of

_WALL_N_MM = 5.0
_EPS_MM = 1e-3


class IndependentRod:
    """Devices in one another, from a point in a direction, in one layer of a lumen.

    Args:
        layer: ``LumenLayer`` whose walls hold the rod.
        base_mm: Complex position of the clamp.
        base_rad: Its direction.
        devices: From the catalogue.
        link_mm: Length of all links but the last.
    """

    def __init__(self, layer, base_mm, base_rad, devices, link_mm=2.0) -> None:
        self.layer, self.base, self.base_rad, self.link = layer, base_mm, base_rad, link_mm
        self.devices = devices
        self.angle = np.zeros(0)

    def reach(self, inserted_mm, step_mm=4.0) -> complex:
        """Advance all devices together to the insertions; returns the leading tip."""
        goal, now = np.array(inserted_mm), np.zeros(len(inserted_mm))
        while (now < goal).any():
            now = np.minimum(now + step_mm, goal)
            self._solve(now)
        return self.nodes()[-1]

    def nodes(self):
        steps = self.lengths * np.exp(1j * self.angle)
        return self.base + np.concatenate([[0.0], steps.cumsum()])

    def _solve(self, inserted) -> None:
        n = max(1, int(np.ceil(inserted.max() / self.link)))
        self.lengths = np.full(n, inserted.max() / n)
        s = np.concatenate([[0.0], self.lengths.cumsum()])
        middle = 0.5 * (s[1:] + s[:-1])
        cell = np.diff(np.concatenate([[0.0], middle]))
        fine = np.arange(0.05, s[-1], 0.1)
        ei, moment = np.zeros_like(fine), np.zeros_like(fine)
        radius = np.zeros(n)
        for device, tip in zip(self.devices, inserted, strict=True):
            profile = profile_of(device)
            d = tip - fine
            ei += np.where(d >= 0, np.interp(d, profile.distance_mm, profile.ei_n_mm2), 0.0)
            bend = np.interp(d, profile.distance_mm, profile.moment_n_mm)
            moment += np.where(d >= 0, bend, 0.0)
            radius = np.where(middle <= tip, np.maximum(radius, device.outer_radius_mm), radius)
        ei = np.maximum(ei, 0.05)
        owner = np.minimum(np.searchsorted(middle, fine), n - 1)
        count = np.maximum(np.bincount(owner, minlength=n), 1)
        stiffness = count / np.maximum(np.bincount(owner, 1.0 / ei, n), 1e-9) / cell
        rest = np.bincount(owner, moment / ei, n) * 0.1
        if len(self.angle):
            grown = np.linspace(0, 1, n) * s[-1]
            old = np.linspace(0, 1, len(self.angle)) * self._length
            start = np.interp(grown, old, self.angle)
        else:
            start = np.full(n, self.base_rad)
        self._length = s[-1]

        root, wall = np.sqrt(stiffness), np.sqrt(_WALL_N_MM)
        bending = np.diag(root) - np.diag(root[1:], -1)

        def strain(angle):
            turn = np.diff(angle, prepend=self.base_rad) - rest
            depth, _ = self._wall(angle, radius)
            return np.concatenate([root * turn, wall * depth])

        def slope(angle):
            _, gradient = self._wall(angle, radius)
            arm = 1j * self.lengths * np.exp(1j * angle)
            pushed = np.tril((gradient.conj()[:, None] * arm[None, :]).real)
            return np.concatenate([bending, wall * pushed])

        self.angle = least_squares(strain, start, slope, method="lm", xtol=1e-9, ftol=1e-12).x

    def _wall(self, angle, radius):
        """(n,) depth of each link's end in the wall, and its gradient by the position (complex)."""

        def clearance(z):
            return self.layer.clearance_mm(np.stack([z.real, z.imag], 1))

        x = self.base + (self.lengths * np.exp(1j * angle)).cumsum()
        depth = np.maximum(radius - clearance(x), 0.0)
        dx = (clearance(x + _EPS_MM) - clearance(x - _EPS_MM)) / (2 * _EPS_MM)
        dy = (clearance(x + 1j * _EPS_MM) - clearance(x - 1j * _EPS_MM)) / (2 * _EPS_MM)
        return depth, np.where(depth > 0.0, -(dx + 1j * dy), 0.0)
