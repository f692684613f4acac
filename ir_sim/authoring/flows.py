"""Resting flows that follow from a case as authored, for its preview and its prose."""

from __future__ import annotations

import numpy as np

from ir_sim.anatomy.vessel_tree import VesselTree
from ir_sim.flow.laws import wall_shear_flow
from ir_sim.flow.organs import ORGANS, UNNAMED
from ir_sim.flow.supply import resting_ml_s


def resting_flows(tree: VesselTree) -> dict[str, float]:
    """Flow at each vessel's ostium, mL/min: the sum of what the outlets below it take.

    An outlet without a stated flow takes what its organ's usual wall shear stress gives at its
    radius (``ir_sim.flow``). In veins the flow is that towards the heart.
    """
    if any(vessel.vein for vessel in tree.vessels):
        through = 60.0 * resting_ml_s(tree)
        return {vessel.id: float(through[vessel.index]) for vessel in tree.vessels}
    flow = [0.0] * len(tree.vessels)
    for vessel in reversed(tree.vessels):  # children come after their parents
        kids = tree.children[vessel.index]
        own = 0.0
        if vessel.outlet is not None and vessel.outlet.flow_ml_min is not None:
            own = vessel.outlet.flow_ml_min
        elif vessel.outlet is not None or not kids:
            organ = ORGANS.get(vessel.outlet.organ if vessel.outlet else UNNAMED)
            radius = float(np.median(vessel.healthy_radius_mm[vessel.s_mm >= 0.0]))
            own = 60.0 * wall_shear_flow(radius, organ.wall_shear_pa) if organ else 0.0
        flow[vessel.index] = own + sum(flow[k] for k in kids)
    return {vessel.id: flow[vessel.index] for vessel in tree.vessels}
