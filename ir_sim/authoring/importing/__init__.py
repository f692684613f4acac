"""Real centrelines into a case: readers, tidying, projection, writing."""

from ir_sim.authoring.importing.case import Imported, import_case

__all__ = ["Imported", "import_case"]
