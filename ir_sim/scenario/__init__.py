"""The scenario language: schema, loader with line and column, device catalogue, case library."""

from ir_sim.scenario.device import Device
from ir_sim.scenario.library import examine, from_text, load, shipped_scenarios
from ir_sim.scenario.model import Scenario

__all__ = ["Device", "Scenario", "examine", "from_text", "load", "shipped_scenarios"]
