"""Pelvis, femora and the bones of the leg from the front, in the body's frame."""

from __future__ import annotations

import numpy as np

from ir_sim.anatomy.body_canvas import (
    Array,
    Canvas,
    curve_through,
    ellipse,
    mirrored,
    outline,
    ring,
)

HIP = (95.0, -166.0)
_HEAD_MM = 24.0
#: Middle and half width of the femoral shaft by height; then of tibia and fibula.
_FEMUR = ((-236, 127, 15.0), (-300, 122, 14.0), (-400, 109, 13.5), (-480, 97, 15.0),
          (-520, 90, 20.0), (-532, 84, 19.0))  # fmt: skip
_TIBIA = ((-604, 80, 26.0), (-616, 81, 23.0), (-640, 82, 17.0), (-660, 82, 15.0), (-700, 81, 13.0),
          (-820, 77, 11.0), (-890, 74, 12.5), (-915, 72, 17.0))  # fmt: skip
_FIBULA = ((-604, 112, 3.0), (-608, 112, 7.0), (-620, 112, 8.0), (-642, 111, 5.5),
           (-760, 106, 5.5), (-880, 97, 6.0), (-930, 94, 8.5), (-950, 93, 6.5),
           (-957, 92, 3.0))  # fmt: skip

#: Cortex at the ends of a long bone, mm.
_SHELL_MM = 1.0

_CONDYLES = (
    (70, -520), (60, -540), (53, -556), (55, -572), (64, -582), (76, -578), (83, -568), (91, -579),
    (103, -581), (112, -570), (113, -555), (107, -540), (98, -522),
)  # fmt: skip
_PLATEAU = (
    (50, -590), (66, -588), (78, -586), (82, -583), (86, -586), (98, -588), (112, -590),
    (110, -602), (100, -616), (82, -622), (64, -616), (53, -603),
)  # fmt: skip
#: Lower end of the tibia with its ankle bone.
_PLAFOND = (
    (56, -908), (53, -925), (50, -938), (54, -943), (60, -934), (66, -929), (82, -928), (91, -927),
    (90, -914), (84, -902), (64, -902),
)  # fmt: skip


def paint_pelvis(canvas: Canvas) -> None:
    """Sacrum, hip bones and the upper femora."""
    _sacrum(canvas)
    for side in (-1.0, 1.0):
        _ilium(canvas, side)
        _ring(canvas, side)
        _hip(canvas, side)


def paint_leg(canvas: Canvas, patella: Canvas) -> None:
    """Femoral shafts, knees, lower legs, ankles and the beginning of the feet."""
    for side in (-1.0, 1.0):
        _knee(canvas, patella, side)
        _shaft(canvas, _TIBIA, side, 4.5, 12.5, 1.05, (outline(_PLATEAU), outline(_PLAFOND)))
        _shaft(canvas, _FIBULA, side, 2.2, 5.0, 0.8)
        talus = [(54, -930), (72, -927), (89, -931), (93, -944), (86, -960), (70, -966), (56, -958),
                 (50, -944)]  # fmt: skip
        canvas.solid([outline(mirrored(talus, side))], 14, 0.8, 0.14, 0.75)
        heel = [(60, -960), (84, -960), (88, -985), (78, -1002), (62, -1000), (55, -980)]
        canvas.solid([outline(mirrored(heel, side))], 16, 0.7, 0.10, 0.6)


def _sacrum(canvas: Canvas) -> None:
    half = [(0, -39), (18, -38), (27, -38), (36, -44), (47, -49), (53, -60), (50, -76),
            (42, -96), (32, -114), (21, -130), (10, -143), (0, -146)]  # fmt: skip
    whole = half + [(-x, y) for x, y in half[1:-1]][::-1]
    holes = [
        ellipse(s * x, y, 4.8, 3.6, s * 24)
        for s in (-1, 1)
        for x, y in ((21, -58), (19, -77), (17, -95), (14, -112))
    ]
    canvas.solid([outline(whole), *holes], 11.0, 0.65, 0.12)
    for s in (-1, 1):
        for x, y in ((21, -58), (19, -77), (17, -95), (14, -112)):
            # the upper rim of each foramen is the line that is looked for
            arc = ellipse(s * x, y, 5.2, 4.0, s * 24, 24)[2:11]
            canvas.rod(arc, 0.9, 0.8, share=0.8, fade=0.2)
    promontory = [(-26, -41), (-12, -43.5), (0, -44.5), (12, -43.5), (26, -41)]
    canvas.rod(promontory, 1.5, 1.1, share=1.1, fade=0.15)
    for y, w in ((-68, 24), (-87, 20), (-104, 16)):
        canvas.rod([(-w, y), (0, y - 2), (w, y)], 0.9, 0.8, share=0.6)
    for k in range(4):
        at = -56.0 - 18 * k
        crest = outline([(0, at + 6), (2.2, at), (1.2, at - 6), (-1.2, at - 6), (-2.2, at)])
        canvas.solid([crest], 2.2, 1.0, 0.2, 1.1)
    canvas.solid(
        [outline([(-8, -147), (8, -147), (6, -158), (0, -161), (-6, -158)])], 5, 0.7, 0.12, 0.7
    )
    canvas.solid([ellipse(1.5, -168, 4.0, 5.4)], 4.0, 0.6, 0.12, 0.6)


def _ilium(canvas: Canvas, side: float) -> None:
    wing = [
        (43, -44), (46, -24), (56, -4), (72, 10), (92, 17), (112, 14), (128, 2), (137, -18),
        (138, -40), (131, -58), (124, -78), (119, -100), (121, -122), (114, -134), (94, -138),
        (78, -136), (64, -124), (54, -108), (46, -88), (41, -66),
    ]  # fmt: skip
    canvas.solid([outline(mirrored(wing, side))], 3.4, 1.05, 0.14)
    crest = [(44, -34), (54, -6), (72, 9), (92, 16.5), (112, 13), (127.5, 1), (136, -18),
             (137, -40),              (130, -58)]  # fmt: skip
    canvas.rod(
        mirrored(crest, side), [4.5, 5.5, 6.2, 6.6, 7.2, 6.8, 6.0, 5.6, 4.2], 1.4, 0.14, 0.85
    )
    thick = [(42, -50), (56, -44), (66, -62), (64, -94), (58, -118), (50, -106), (44, -84)]
    canvas.solid([outline(mirrored(thick, side))], 11.0, 0.5, 0.12, 0.5)
    over = [(100, -104), (118, -108), (121, -124), (112, -136), (90, -140), (74, -134), (80, -116)]
    canvas.solid([outline(mirrored(over, side))], 12.0, 0.4, 0.16, 0.28)
    for shift in (0.0, 3.0):  # the sacroiliac joint: two lines, front and back
        joint = [(46 + shift, -48), (50 + shift, -66), (50 + shift, -86), (44 + shift, -104)]
        canvas.rod(mirrored(joint, side), 0.9, 0.8, share=0.7 - 0.1 * shift, fade=0.2)
    brim = [(47, -102), (58, -118), (70, -136), (71, -156), (60, -172), (42, -183), (18, -188)]
    canvas.rod(mirrored(brim, side), [1.8, 2.4, 2.6, 2.6, 2.4, 2.2, 1.8], 1.5, 0.2, 0.85)


def _ring(canvas: Canvas, side: float) -> None:
    """Pubis and ischium with the foramen between them; acetabulum and teardrop."""
    whole = [
        (66, -138), (92, -136), (114, -142), (121, -160), (114, -182), (99, -199), (92, -217),
        (82, -238), (66, -247), (50, -240), (36, -224), (22, -214), (8, -217), (3.2, -206),
        (4, -190), (20, -181), (44, -176), (60, -162),
    ]  # fmt: skip
    gap = outline(mirrored([(31, -197), (47, -188), (64, -192), (69, -204), (60, -216), (46, -220),
                            (34, -210)], side))  # fmt: skip
    canvas.solid([outline(mirrored(whole, side)), gap], 7.0, 1.15, 0.16, 0.85)
    canvas.rod(np.vstack([gap[::10], gap[:1]]), 1.0, 0.9, share=0.5)
    canvas.rod(mirrored([(4, -190), (3.2, -200), (4, -211), (9, -218)], side), 1.1, 1.0, share=0.9)
    for radius, start, end, share in (
        (27.5, 15, 165, 1.0),
        (26.2, 140, 250, 0.75),
        (28.5, 195, 262, 0.5),
    ):
        t = np.radians(np.linspace(start, end, 14))
        arc = np.stack([HIP[0] + radius * np.cos(t), HIP[1] + radius * np.sin(t)], 1)
        canvas.rod(mirrored(arc, side), 1.3, 1.2, share=share)
    drop = outline([(64, -168), (67, -180), (65, -192), (61, -193), (60, -180)])
    canvas.rod(mirrored(np.vstack([drop[::8], drop[:1]]), side), 0.9, 0.8, share=0.7)


def _hip(canvas: Canvas, side: float) -> None:
    neck = [
        (102, -146), (118, -160), (130, -157), (139, -149), (149, -152), (153, -166), (152, -188),
        (146, -212), (142, -236), (140, -262), (114, -262), (112, -244), (108, -222), (104, -204),
        (96, -192), (86, -184),
    ]  # fmt: skip
    head = ellipse(*HIP, _HEAD_MM, _HEAD_MM)
    minor = ellipse(110, -214, 9, 10)
    # one bone from head to knee: parts drawn apart would show where they overlap
    _shaft(canvas, _FEMUR, side, 5.0, 14.0, 1.0, (outline(neck), head, minor, outline(_CONDYLES)))
    canvas.rod(mirrored(ring(*HIP, _HEAD_MM - 0.8, _HEAD_MM - 0.8), side), 0.8, 0.8, share=0.35)
    # trabecular lines of the neck, trochanteric crest
    for a, b in (((84, -148), (124, -205)), ((96, -190), (112, -152))):
        middle = (0.5 * (a[0] + b[0]) + 3, 0.5 * (a[1] + b[1]) + 4)
        canvas.rod(mirrored([a, middle, b], side), 4.0, 0.5, 0.10, 0.35, 0.3)
    crest = [(147, -168), (138, -182), (124, -198), (112, -210)]
    canvas.rod(mirrored(crest, side), [3.0, 2.4, 2.4, 3.0], 1.2, 0.2, 0.6, 0.2)


def _shaft(
    canvas: Canvas,
    profile: tuple[tuple[float, float, float], ...],
    side: float,
    cortex: float,
    depth: float,
    share: float,
    ends: tuple[Array, ...] = (),
) -> None:
    """A long bone: a tube with a thick wall where it is narrow, and its ends, as one."""
    p = np.array(profile, float)
    left = curve_through(p[:, [0, 1]] - np.outer(p[:, 2], [0, 1]))[:, ::-1]
    right = curve_through(p[:, [0, 1]] + np.outer(p[:, 2], [0, 1]))[:, ::-1]
    whole = np.vstack([left, right[::-1]])
    parts = [mirrored(whole, side), *(mirrored(end, side) for end in ends)]
    canvas.solid(parts, depth, _SHELL_MM, 0.10, 0.85 * share, union=True)
    # where it is narrow the wall is thick all round: the part between the shell and the marrow
    narrow = p[:, 2] < 1.4 * p[:, 2].min()
    if narrow.sum() >= 2:
        height = np.linspace(float(p[narrow, 0][0]), float(p[narrow, 0][-1]), 12)
        middle, half = (np.interp(-height, -p[:, 0], p[:, k]) for k in (1, 2))
        tube = mirrored(np.stack([middle, height], 1), side)
        canvas.rod(tube, (half - _SHELL_MM).tolist(), cortex - _SHELL_MM, 0.0, 0.85 * share, 0.2)


def _knee(canvas: Canvas, patella: Canvas, side: float) -> None:
    for line in (
        [(51, -589.5), (64, -588.5), (77, -587)],
        [(87, -587), (99, -588.5), (111, -589.5)],
    ):
        canvas.rod(mirrored(line, side), 1.3, 1.2, share=1.0, fade=0.15)
    patella.solid([outline(mirrored([(84, -522), (100, -528), (104, -546), (86, -562), (70, -548),
                                     (68, -530)], side))], 9.0, 0.5, 0.12, 0.55)  # fmt: skip
