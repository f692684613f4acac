"""Blood flow, contrast and agents in the vessels, and what the patient's body makes of them."""

from ir_sim.flow.network import Element, Inlet, Network, Rcr, Result

__all__ = ["Element", "Inlet", "Network", "Rcr", "Result"]
