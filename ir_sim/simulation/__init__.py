"""One fixed tick that runs devices, blood and X-rays in order; controls, timeline, recordings."""

from ir_sim.simulation.controls import Action, Controls, Motion
from ir_sim.simulation.events import Event
from ir_sim.simulation.simulation import Simulation
from ir_sim.simulation.state import State

__all__ = ["Action", "Controls", "Event", "Motion", "Simulation", "State"]
