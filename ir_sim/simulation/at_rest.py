"""A patient before the first tick: vessels, walls, and blood that has found its beat.

Laying the walls and settling the blood is most of what opening a case costs. A run begins with a
copy of what was worked out for the last few patients, so that a restart or a batch of runs of one
case does it once.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict

from ir_sim.anatomy import Lumen, VesselTree, build_tree
from ir_sim.flow import Circulation
from ir_sim.scenario.model import Scenario

#: Patients that are kept, some MB each.
_KEPT = 2

_Resting = tuple[VesselTree, Lumen, Circulation]
_kept: OrderedDict[tuple[str, str], _Resting] = OrderedDict()
_lock = threading.Lock()


def at_rest(scenario: Scenario) -> _Resting:
    """Vessels, walls and blood of a case, to be had by one run alone (the vessels never change).

    Raises:
        ValueError: The demands on the flow cannot be met, in one line.
    """
    key = scenario.anatomy.model_dump_json(), scenario.patient.model_dump_json()
    with _lock:
        resting = _kept.pop(key, None)
    if resting is None:
        tree = build_tree(scenario.anatomy)
        blood = Circulation(tree, scenario.anatomy, scenario.patient)
        resting = tree, Lumen(tree), blood
    with _lock:
        _kept[key] = resting
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    tree = resting[0]
    return copy.deepcopy(resting, {id(tree): tree})
