"""Score logs: what was practised and how it went, in a form that can be defended.

Simulated procedures only. No patient data by construction, names of people in no log.
"""
