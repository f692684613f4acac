"""The clinical manoeuvres: scripted hands, and pictures of what comes of it."""

from __future__ import annotations

from ir_sim.devices.manoeuvres.operator import Operator
from ir_sim.devices.manoeuvres.scripts import MANOEUVRES

__all__ = ["MANOEUVRES", "Operator"]
