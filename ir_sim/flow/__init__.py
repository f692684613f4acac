"""Blood flow, contrast and agents in the vessels, and what the patient's body makes of them."""

from ir_sim.flow.circulation import Circulation
from ir_sim.flow.inlet import Inlet
from ir_sim.flow.network import Element, Network, Rcr, Result
from ir_sim.flow.obstacles import CatheterInLumen
from ir_sim.flow.sites import Injection

__all__ = [
    "CatheterInLumen",
    "Circulation",
    "Element",
    "Injection",
    "Inlet",
    "Network",
    "Rcr",
    "Result",
]
