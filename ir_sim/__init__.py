"""ir_sim: a training simulator for catheter navigation in interventional radiology.

Simulated; not a medical device. The public interface: ``load_scenario``, ``Simulation``,
``Controls``, ``Motion``, ``Action``, ``replay`` and ``ScenarioError``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ir_sim.authoring.check import load_case as load_scenario
    from ir_sim.errors import Problem as Problem
    from ir_sim.errors import ScenarioError as ScenarioError
    from ir_sim.simulation.controls import Action as Action
    from ir_sim.simulation.controls import Controls as Controls
    from ir_sim.simulation.controls import Motion as Motion
    from ir_sim.training.session import Session as Simulation
    from ir_sim.training.session import replay as replay

_HOME = {
    "load_scenario": ("ir_sim.authoring.check", "load_case"),
    "ScenarioError": ("ir_sim.errors", "ScenarioError"),
    "Problem": ("ir_sim.errors", "Problem"),
    "Simulation": ("ir_sim.training.session", "Session"),
    "replay": ("ir_sim.training.session", "replay"),
    "Controls": ("ir_sim.simulation.controls", "Controls"),
    "Motion": ("ir_sim.simulation.controls", "Motion"),
    "Action": ("ir_sim.simulation.controls", "Action"),
}
__all__ = [
    "Action",
    "Controls",
    "Motion",
    "Problem",
    "ScenarioError",
    "Simulation",
    "__version__",
    "load_scenario",
    "replay",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``ir-sim --help`` needs none of them."""
    if name not in _HOME:
        raise AttributeError(f"module 'ir_sim' has no attribute '{name}'")
    module, attribute = _HOME[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
