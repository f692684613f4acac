"""Checks of lesions that their own keys cannot show."""

from __future__ import annotations

from collections.abc import Iterator

from ir_sim.errors import Problem
from ir_sim.scenario.lesions import Aneurysm, Stenosis, grown
from ir_sim.scenario.model import Scenario
from ir_sim.scenario.yaml_source import Loc, Source

_CLOSED_PERCENT = 99.5
_SIZE = {
    "stenosis": "diameter_percent: 60 narrows the diameter by 60 %",
    "aneurysm": "diameter_percent: 50 widens the diameter by 50 %",
}


def lesion_checks(scenario: Scenario) -> Iterator[Problem]:
    """Sizes that are missing or contradict one another, names that are taken."""
    source = scenario.source
    own = [vessel.id for vessel in scenario.anatomy.vessels]
    for i, vessel in enumerate(scenario.anatomy.vessels):
        for name, _ in grown(vessel.id, vessel.lesions):
            if name in own:
                message = f"a lesion's own vessel is named '{name}', as another vessel is"
                yield source.problem(("anatomy", "vessels", i, "lesions"), message, "rename that")
        for j, lesion in enumerate(vessel.lesions):
            at: Loc = ("anatomy", "vessels", i, "lesions", j)
            if isinstance(lesion, Stenosis | Aneurysm):
                yield from _size(source, at, lesion)


def _size(source: Source, at: Loc, lesion: Stenosis | Aneurysm) -> Iterator[Problem]:
    percent, width = lesion.diameter_percent, lesion.diameter_mm
    sized = (percent is not None) + (width is not None)
    if isinstance(lesion, Aneurysm) and lesion.sac is not None:
        if sized:
            message = "an aneurysm has a sac or a diameter, not both"
            yield source.problem(at, message, "the sac's width is sac.dome_mm")
        return
    if sized != 1:
        which = "either diameter_percent or diameter_mm"
        which += " or sac" if isinstance(lesion, Aneurysm) else ""
        words = f"{which}, not both" if sized else which
        yield source.problem(at, f"the {lesion.kind} needs {words}", _SIZE[lesion.kind])
    elif lesion.kind == "stenosis" and percent is not None and percent >= _CLOSED_PERCENT:
        message = f"a stenosis of {percent:g} % leaves nothing open"
        yield source.problem(
            (*at, "diameter_percent"), message, "a closed vessel is 'kind: occlusion'"
        )
