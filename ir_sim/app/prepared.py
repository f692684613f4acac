"""A session with the imager that draws it, made ready before anybody sees it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

from ir_sim.training.session import Session
from ir_sim.xray import Imager

#: Side of the pictures that are drawn; they are fitted to the monitor.
PICTURE_PX = 1024


@dataclass(frozen=True, eq=False)
class Prepared:
    """A session, and the imager that draws it."""

    session: Session
    imager: Imager


def prepare(
    make: Callable[[], Session], picture_px: int = PICTURE_PX, imager: Imager | None = None
) -> Prepared:
    """Make a session and its first view, which takes seconds: call it beside the main loop.

    Args:
        make: Makes the session.
        picture_px: Side of the pictures.
        imager: Of an earlier run of the same case and seed; it serves again.
    """
    session = make()
    if imager is None:
        beds = [int(vessel) for vessel in session.circulation.bed_vessel]
        imager = Imager(session.tree, session.body, beds, picture_px, session.seed)
    imager.reset()
    imager.prepare(session.fluoroscope.settings)
    # what is loaded now stays: the collector need not go through all of it, some 50 ms, in a tick
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return Prepared(session, imager)
