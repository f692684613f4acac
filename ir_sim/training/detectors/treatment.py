"""Errors of treatment, read from the events of the treatment room by their agreed kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ir_sim.training.detectors.base import OnEvent


class Rupture(OnEvent):
    """A vessel was burst from inside."""

    code = "rupture"
    kinds = ("rupture", "vessel_ruptured")


class NonTargetEmbolization(OnEvent):
    """Embolic material reached an organ that it was not meant for."""

    code = "non_target_embolization"
    kinds = ("non_target_embolization",)
    fields = ("organ",)


class EmbolusToBrain(OnEvent):
    """Air or clot went to the brain."""

    code = "embolus_to_brain"
    kinds = ("embolus", "air_injected", "clot_injected", "clot_lost")

    def counts(self, data: Mapping[str, Any]) -> bool:
        """Only what reaches the brain."""
        return "brain" in str(data.get("organ", ""))


class DeviceMisplaced(OnEvent):
    """A stent, coil or filter was released outside its landing zone, or came off."""

    code = "device_misplaced"
    kinds = ("device_misplaced", "deployed_outside", "device_lost")
    fields = ("device",)
