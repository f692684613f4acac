"""The screens: home, briefing, procedure, debrief, replay."""
