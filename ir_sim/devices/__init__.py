"""Guidewires and catheters: a composite coaxial rod whose links are Pymunk bodies."""

from ir_sim.devices.coaxial import CoaxialSystem, SheathMouth, sheath_mouth
from ir_sim.devices.pose import DeviceState

__all__ = ["CoaxialSystem", "DeviceState", "SheathMouth", "sheath_mouth"]
