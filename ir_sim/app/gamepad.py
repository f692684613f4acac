"""Gamepads: SDL's controller layout, so that every known pad has the same names."""

from __future__ import annotations

import pygame
from pygame._sdl2 import controller

from ir_sim.app.hands_and_feet import Pad

_AXES = {
    pygame.CONTROLLER_AXIS_LEFTX: ("left_x", 1.0),
    pygame.CONTROLLER_AXIS_LEFTY: ("left_y", -1.0),
    pygame.CONTROLLER_AXIS_RIGHTX: ("right_x", 1.0),
    pygame.CONTROLLER_AXIS_RIGHTY: ("right_y", -1.0),
    pygame.CONTROLLER_AXIS_TRIGGERLEFT: ("acquire", 1.0),
    pygame.CONTROLLER_AXIS_TRIGGERRIGHT: ("fluoro", 1.0),
}
_HELD = {
    pygame.CONTROLLER_BUTTON_A: "inject",
    pygame.CONTROLLER_BUTTON_LEFTSHOULDER: "fine",
    pygame.CONTROLLER_BUTTON_RIGHTSHOULDER: "coarse",
    pygame.CONTROLLER_BUTTON_LEFTSTICK: "treat_less",
    pygame.CONTROLLER_BUTTON_RIGHTSTICK: "treat_more",
}
_CROSS = {
    pygame.CONTROLLER_BUTTON_DPAD_LEFT: ("table_x", -1.0),
    pygame.CONTROLLER_BUTTON_DPAD_RIGHT: ("table_x", 1.0),
    pygame.CONTROLLER_BUTTON_DPAD_UP: ("table_y", 1.0),
    pygame.CONTROLLER_BUTTON_DPAD_DOWN: ("table_y", -1.0),
}
_COMMANDS = {
    pygame.CONTROLLER_BUTTON_Y: "tray",
    pygame.CONTROLLER_BUTTON_X: "roadmap",
    pygame.CONTROLLER_BUTTON_B: "next_device",
    pygame.CONTROLLER_BUTTON_START: "pause",
    pygame.CONTROLLER_BUTTON_BACK: "help",
}
#: The same buttons while the fine shoulder is down.
_WITH_FINE = {
    pygame.CONTROLLER_BUTTON_Y: "treat",
    pygame.CONTROLLER_BUTTON_B: "assistant",
}


class Gamepads:
    """Every pad that is plugged in; they all steer."""

    def __init__(self) -> None:
        controller.init()
        self._open = [
            controller.Controller(i)
            for i in range(controller.get_count())
            if controller.is_controller(i)
        ]

    def plugged(self, index: int) -> None:
        """Another pad."""
        if controller.is_controller(index):
            self._open.append(controller.Controller(index))


def pad_event(event: pygame.event.Event, pad: Pad) -> str | None:
    """Take an event of a pad; returns a command to carry out at once, if it is one."""
    if event.type == pygame.CONTROLLERAXISMOTION and event.axis in _AXES:
        name, sign = _AXES[event.axis]
        value = event.value / 32767.0 if abs(event.value) > 1 else float(event.value)
        pad.axes[name] = sign * value
        return None
    down = event.type == pygame.CONTROLLERBUTTONDOWN
    if event.type not in (pygame.CONTROLLERBUTTONDOWN, pygame.CONTROLLERBUTTONUP):
        return None
    if event.button in _HELD:
        (pad.buttons.add if down else pad.buttons.discard)(_HELD[event.button])
    elif event.button in _CROSS:
        name, value = _CROSS[event.button]
        pad.axes[name] = value if down else 0.0
    elif down:
        if "fine" in pad.buttons and event.button in _WITH_FINE:
            return _WITH_FINE[event.button]
        return _COMMANDS.get(event.button)
    return None
