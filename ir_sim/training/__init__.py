"""What makes a simulation a training case: steps, errors, help, score, debrief, expert and bots.

Headless. It reads states, controls and events and never touches the physics.
"""
