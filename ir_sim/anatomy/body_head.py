"""Skull, jaw, shoulders and airways from the front, in the body's frame."""

from __future__ import annotations

import numpy as np

from ir_sim.anatomy.body_canvas import Canvas, ellipse, mirrored, moved, outline, ring, wobbled

#: Middle of the cranium.
_Y = 648.0


def paint_head(bone: Canvas, still: Canvas, rng: np.random.Generator) -> None:
    """The skull as two tables, its base and sinuses; the jaw with teeth; the airway."""
    vault = [
        (0, 82), (34, 79), (58, 62), (71, 34), (74, 2), (71, -28), (62, -54), (50, -70), (30, -80),
        (0, -84),
    ]  # fmt: skip
    whole = outline(vault + [(-x, y) for x, y in vault[1:-1]][::-1])
    bone.solid([moved(whole, 0, _Y)], 66.0, 5.5, 0.0, 0.60)
    inner = whole * 0.925
    bone.rod(moved(np.vstack([inner[::14], inner[:1]]), 0, _Y), 1.1, 1.0, share=0.6)
    for k in range(3):  # sutures
        y = _Y + 40 - 14 * k
        x = np.linspace(-46 + 8 * k, 46 - 8 * k, 24)
        line = np.stack([x, y + 10 * np.cos(x / 36) + rng.normal(0, 1.2, len(x))], 1)
        bone.rod(line, 0.5, 0.5, share=-0.5)
    _face(bone, still, rng)
    _jaw(bone)
    airway = [(-9, 556), (9, 556), (10, 520), (7, 500), (8, 470), (-8, 470), (-7, 500), (-10, 520)]
    still.tissue([outline(airway)], -1.6, 8)


def paint_shoulders(bone: Canvas) -> None:
    """Clavicles, scapulae, heads of the humeri, breastbone."""
    for side in (-1.0, 1.0):
        clavicle = [(13, 402), (36, 412), (70, 412), (104, 424), (136, 432), (152, 428)]
        bone.rod(mirrored(clavicle, side), [9.0, 6.5, 5.5, 5.5, 6.5, 6.0], 1.6, 0.12, 0.75, 0.06)
        blade = [(108, 404), (132, 412), (150, 396), (146, 372), (130, 330), (108, 282), (98, 288),
                 (92, 340), (96, 384)]  # fmt: skip
        bone.solid([outline(mirrored(blade, side))], 3.0, 0.8, 0.1, 0.55)
        spine = [(94, 380), (118, 398), (142, 416), (160, 420)]
        bone.rod(mirrored(spine, side), [2.5, 3.2, 4.2, 5.0], 1.2, 0.12, 0.6)
        bone.solid([mirrored(ellipse(172, 398, 24, 25), side)], 20.0, 1.0, 0.12, 0.8)
        humerus = [(176, 384), (178, 340), (180, 280), (182, 210), (184, 150)]
        bone.rod(mirrored(humerus, side), [15, 12, 11, 10.5, 13], 3.5, 0.08, 0.7)
    manubrium = [(-26, 400), (0, 392), (26, 400), (28, 384), (16, 350), (18, 300), (14, 250),
                 (0, 236), (-14, 250), (-18, 300), (-16, 350), (-28, 384)]  # fmt: skip
    bone.solid([outline(manubrium)], 6.0, 0.6, 0.10, 0.5)


def _face(bone: Canvas, still: Canvas, rng: np.random.Generator) -> None:
    eye = 614.0
    for side in (-1.0, 1.0):
        orbit = wobbled(ellipse(side * 33, eye, 20, 17.5, side * 10), rng, 0.6)
        still.tissue([orbit], -2.0, 14)
        bone.rod(np.vstack([orbit[::5], orbit[:1]]), 1.7, 1.5, share=0.85)
        # petrous ridge through the orbit: the densest bone of the head
        ridge = [(14, eye - 10), (30, eye - 3), (48, eye - 4), (64, eye - 14)]
        bone.rod(mirrored(ridge, side), [4.0, 6.5, 8.5, 8.0], 2.6, 0.6, 1.5, 0.15)
        mastoid = [(60, eye - 10), (72, eye - 22), (70, eye - 44), (62, eye - 50), (56, eye - 30)]
        bone.solid([outline(mirrored(mastoid, side))], 10.0, 0.9, 0.25, 0.8)
        for _ in range(26):
            x, y = rng.normal(64, 4.5), rng.normal(eye - 27, 9)
            still.tissue([mirrored(ellipse(x, y, 2.0, 1.6), side)], -0.7, 2.0)
        cheek = [
            (38, eye - 22),
            (58, eye - 16),
            (68, eye - 8),
            (69, eye - 20),
            (58, eye - 34),
            (44, eye - 40),
        ]
        bone.solid([outline(mirrored(cheek, side))], 6.0, 1.3, 0.15, 0.8)
        antrum = [(14, eye - 22), (34, eye - 20), (44, eye - 32), (36, eye - 52), (22, eye - 52),
                  (14, eye - 40)]  # fmt: skip
        still.tissue([wobbled(outline(mirrored(antrum, side)), rng, 0.8)], -3.6, 13)
        bone.rod(mirrored(np.vstack([outline(antrum)[::12], outline(antrum)[:1]]), side), 0.9, 0.9,
                 share=0.8)  # fmt: skip
        wing = [(20, eye + 16), (38, eye + 9), (56, eye + 12), (68, eye + 24)]
        bone.rod(mirrored(wing, side), [1.6, 2.2, 2.6, 2.0], 1.5, share=0.9, fade=0.2)
        frontal = wobbled(ellipse(side * 13, eye + 34, 13, 11), rng, 2.0)
        still.tissue([frontal], -1.8, 9)
        bone.rod(np.vstack([frontal[::6], frontal[:1]]), 0.8, 0.8, share=0.6)
        ethmoid = ellipse(side * 8, eye - 4, 5.5, 16)
        still.tissue([ethmoid], -2.4, 6)
        nose = ellipse(side * 8, eye - 34, 7, 14)
        still.tissue([nose], -2.6, 7)
    bone.rod([(0.6, eye + 8), (-0.6, eye - 20), (0.8, eye - 50)], 1.1, 1.1, share=1.3)
    bone.rod([(-12, eye + 4), (-7, eye - 2), (0, eye - 3), (7, eye - 2), (12, eye + 4)], 1.3, 1.2)


def _jaw(bone: Canvas) -> None:
    half = [(0, 524), (16, 526), (34, 536), (46, 552), (52, 574), (56, 592), (48, 596), (42, 584),
            (38, 566), (26, 548), (0, 541)]  # fmt: skip
    whole = half + [(-x, y) for x, y in half[1:-1]][::-1]
    bone.solid([outline(whole)], 7.0, 2.0, 0.3, 0.85)
    palate = [(-30, 566), (-14, 570), (0, 571), (14, 570), (30, 566)]
    bone.rod(palate, 2.4, 1.6, 0.2, 0.9, 0.15)
    for up, y in ((1.0, 560.0), (-1.0, 545.0)):
        for k in range(-7, 8):
            if k == 0:
                continue
            x = 4.2 * k * (1 - 0.028 * abs(k))
            lift = 0.055 * k * k
            tooth = ellipse(x, y + lift + 1.5 * up, 2.3 if abs(k) < 4 else 3.1, 6.8)
            bone.solid([tooth], 3.0, 1.4, 0.8, 1.2)
            bone.solid(
                [ellipse(x, y + lift - 3.0 * up, 2.2 if abs(k) < 4 else 3.0, 3.0)], 3.0, 1.6, 1, 1.0
            )
    bone.rod(ring(0, 541, 5, 5), 0.6, 0.6, share=0.3)
