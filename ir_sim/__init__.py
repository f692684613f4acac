"""ir_sim: a training simulator for catheter navigation in interventional radiology."""

__version__ = "0.1.0"
