"""Treating the lesion: balloons, stents, coils, embolics, clot removal, lysis.

Each treatment is a `Treatment`; `Treatments` holds all of a run. Each edits the anatomy's calibres
or the flow, through a `Bench`, by a law with its source or the word *assumed*.
"""

from ir_sim.treatment.assistant import Assisting, Way, way_of
from ir_sim.treatment.bench import Bench, Happening, Outflow, Reading
from ir_sim.treatment.room import TREATMENTS, Treatments
from ir_sim.treatment.treatment import Treatment

__all__ = [
    "TREATMENTS", "Assisting", "Bench", "Happening", "Outflow", "Reading", "Treatment",
    "Treatments", "Way", "way_of",
]  # fmt: skip
