"""Geometry in mm: vessel tree, lumen and walls, body background."""

from ir_sim.anatomy.lumen import Lumen
from ir_sim.anatomy.vessel_tree import Vessel, VesselTree, build_tree

__all__ = ["Lumen", "Vessel", "VesselTree", "build_tree"]
