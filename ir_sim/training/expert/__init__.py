"""The expert: a closed loop from what is seen at the table to hands, feet and buttons.

::

    procedure   the steps of the case, one after the other
        |
    manoeuvres  climb, hook, settle, follow      steering  the wire      filming  contrast, runs
        |
    operator    one tick: hub motions, pedal, table, style

It sees what a trainee sees (``session.state``) and knows the anatomy (``session.tree``), as an
operator does who has read the CT. Every manoeuvre is a generator of ``Controls``: each ``yield`` is
one tick, and what follows it reads the state after that tick.
"""

from ir_sim.training.expert.operator import Operator
from ir_sim.training.expert.procedure import play
from ir_sim.training.expert.style import EXPERT, Style

__all__ = ["EXPERT", "Operator", "Style", "play"]
