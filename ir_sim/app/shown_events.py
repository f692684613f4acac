"""Which events a play tells of while it goes on, and how loudly."""

from __future__ import annotations

#: Events that are written under Messages, with the palette's colour for each.
SHOWN_EVENTS = {
    "refused": "warn",
    "mounted": "text",
    "removed": "text",
    "exchanged": "text",
    "setting_changed": "quiet",
    "run_ended": "text",
    "step_done": "good",
    "target_reached": "good",
    "error": "bad",
    "dose_alert": "bad",
    "contrast_alert": "bad",
    "drug_given": "text",
    "pressure_recorded": "text",
    "injector_set": "text",
    "pain": "warn",
    "assistant_joins": "text",
    "assistant_waits": "text",
    "plaque_shifted": "warn",
    "contrast_reaction": "bad",
    "air_drawn": "warn",
    "flushed": "text",
    "waited": "text",
    "retriever_opened": "good",
    "retriever_beside": "warn",
    "clot_pass": "text",
    "clot_removed": "good",
    "clot_dropped": "warn",
    "balloon_burst": "bad",
    "flap": "warn",
}
