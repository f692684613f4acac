"""What the devices did to the vessel walls; the forces are judged in ``ir_sim.devices.hazards``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ir_sim.training.detectors.base import OnEvent


class Perforation(OnEvent):
    """A tip went through a wall."""

    code = "perforation"
    kinds = ("perforation",)
    fields = ("force_n",)


class Dissection(OnEvent):
    """A blunt tip lifted the intima."""

    code = "dissection"
    kinds = ("dissection",)
    fields = ("force_n",)


class JetDissection(OnEvent):
    """An injection lifted the intima."""

    code = "jet_dissection"
    kinds = ("jet_dissection",)
    fields = ("pressure_mmhg", "rate_ml_s")


class WallForce(OnEvent):
    """Sustained force on a wall, as the devices tell of it; a rubric may ask for more."""

    code = "wall_force"
    kinds = ("wall_force",)
    thresholds: ClassVar = {"force_n": 0.6}
    fields = ("force_n",)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("force_n", 0.0)) >= self.threshold["force_n"]


class CatheterWithoutWire(OnEvent):
    """A catheter was pushed on bare. The devices report every 20 mm; a rubric may ask for more."""

    code = "catheter_without_wire"
    kinds = ("catheter_without_wire",)
    thresholds: ClassVar = {"advanced_mm": 20.0}
    fields = ("advanced_mm",)

    def counts(self, data: Mapping[str, Any]) -> bool:
        """From the threshold on."""
        return float(data.get("advanced_mm", 0.0)) >= self.threshold["advanced_mm"]
