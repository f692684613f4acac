"""The render thread: order, what it leaves out, what it keeps, how it fails."""

import threading

import numpy as np
import pytest

from ir_sim.app.painter import KEPT_PX, MOST_WAITING, Painter
from ir_sim.xray import Exposure, Scene, Settings


def scene(number, kind="fluoro", run=0):
    return Scene(Exposure(number, number / 15, kind, run, 70.0, 20.0, Settings(), 0.1, 0.01))


class Drawer:
    """Draws its scene's number, when it is let."""

    def __init__(self):
        self.drawn, self.prepared, self.gate = [], [], threading.Event()
        self.gate.set()

    def prepare(self, settings):
        self.prepared.append(settings)

    def draw(self, scene):
        self.gate.wait(5)
        self.drawn.append(scene.exposure.number)
        return np.full((64, 64), scene.exposure.number, np.uint8)


def test_pictures_come_in_order_at_the_monitors_size():
    drawer = Drawer()
    painter = Painter(drawer, 200)
    painter.show(scene(1))
    assert painter.wait()
    painter.show(scene(2))
    assert painter.wait()
    picture = painter.latest
    painter.close()
    assert drawer.drawn == [1, 2]
    assert picture.exposure.number == 2
    assert picture.shown.shape == (200, 200)
    assert (picture.shown == 2).all()


def test_a_slow_thread_leaves_out_old_fluoroscopy_but_no_frame_of_a_run():
    drawer = Drawer()
    painter = Painter(drawer, 64)
    drawer.gate.clear()
    for n in range(1, 11):
        painter.show(scene(n))
    for n in range(11, 21):
        painter.show(scene(n, "acquire", 1))
    drawer.gate.set()
    assert painter.wait()
    painter.close()
    assert drawer.drawn[-10:] == list(range(11, 21))
    assert 10 in drawer.drawn
    assert len(drawer.drawn) <= 1 + MOST_WAITING + 10
    assert painter.left_out == 20 - len(drawer.drawn)


def test_the_reference_monitor_gets_the_last_run():
    painter = Painter(Drawer(), 64, threaded=False)
    assert painter.run == (0, [])
    for n in (1, 2, 3):
        painter.show(scene(n, "acquire", 1))
    for n in (4, 5):
        painter.show(scene(n, "acquire", 2))
    run, frames = painter.run
    assert run == 2
    assert [int(f[0, 0]) for f in frames] == [4, 5]
    assert frames[0].shape == (KEPT_PX, KEPT_PX)


def test_another_monitor_size_fits_the_held_picture():
    painter = Painter(Drawer(), 64, threaded=False)
    painter.show(scene(7))
    painter.resize(128)
    assert painter.latest.shown.shape == (128, 128)
    assert painter.latest.grey.shape == (64, 64)


def test_a_picture_that_fails_is_lost_and_the_next_is_drawn(caplog):
    class Frail(Drawer):
        resets = 0

        def draw(self, scene):
            if scene.exposure.number == 2:
                raise RuntimeError("no\nbody")
            return super().draw(scene)

        def reset(self):
            self.resets += 1

    drawer = Frail()
    painter = Painter(drawer, 64)
    for n in (1, 2, 3):
        painter.show(scene(n, "acquire", 1))
    assert painter.wait(5)
    painter.close()
    assert drawer.drawn == [1, 3]
    assert painter.latest.exposure.number == 3
    assert (painter.failures, drawer.resets) == (1, 1)
    assert painter.trouble == "RuntimeError: no body"
    warned = [r for r in caplog.records if r.levelname == "WARNING"]
    assert len(warned) == 1
    assert "\n" not in warned[0].getMessage()


def test_an_errand_is_drawn_when_no_pulse_waits():
    drawer = Drawer()
    painter = Painter(drawer, 64)
    drawer.gate.clear()
    painter.show(scene(1))
    painter.fetch(lambda imager: np.full((8, 8), 10 * len(imager.drawn), np.uint8))
    assert painter.fetched is None
    drawer.gate.set()
    assert painter.wait(5)
    assert (painter.fetched == 10).all()
    assert painter.fetched is None
    painter.fetch(lambda imager: 1 / 0)
    assert painter.wait(5)
    painter.close()
    assert painter.failures == 1


def test_forgetting_drops_what_waits():
    painter = Painter(Drawer(), 64, threaded=False)
    painter.show(scene(1))
    painter.forget()
    assert painter.latest is None


@pytest.mark.parametrize("side", [1, 64, 333])
def test_every_size_works(side):
    painter = Painter(Drawer(), side, threaded=False)
    painter.show(scene(1))
    assert painter.latest.shown.shape == (side, side)


def test_settings_are_prepared_while_nothing_waits():
    drawer = Drawer()
    painter = Painter(drawer, 64)
    painter.prepare(Settings(field_cm=22.0))
    painter.show(scene(1))
    assert painter.wait()
    painter.close()
    assert drawer.drawn == [1]
    assert drawer.prepared in ([], [Settings(field_cm=22.0)])
