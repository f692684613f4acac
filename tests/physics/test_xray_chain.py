"""Objective checks of the X-ray chain against closed forms (notes on fluoroscopy, section 7)."""

import cv2
import numpy as np
import pytest

from ir_sim.xray.beam import beam_quality
from ir_sim.xray.detector import BLUR_MM, Detector
from ir_sim.xray.device_paint import paint_devices
from ir_sim.xray.line_integrals import harden
from ir_sim.xray.materials import attenuation_1_cm
from ir_sim.xray.projection import Projection
from ir_sim.xray.scene import DeviceShape, Piece

N = 512
ELEMENT_MM = 0.2209
INNER = np.s_[60:-60, 60:-60]


def quanta(dose_ngy: float) -> float:
    return beam_quality(70).quanta_per_mm2_ngy * dose_ngy * ELEMENT_MM**2


def flat_frames(detector: Detector, dose_ngy: float, count: int) -> list[np.ndarray]:
    out = []
    for k in range(count):
        primary = detector.primary(np.zeros((N, N), np.float32))
        out.append(detector.expose(primary, 1.0, quanta(dose_ngy), k + 1).copy())
    return out


@pytest.mark.parametrize("dose", [5, 20, 80, 300, 3000])
def test_variance_times_dose_is_constant(dose: float) -> None:
    detector = Detector(N, ELEMENT_MM, 1)
    detector.lag, detector.scatter = 0.0, 0.0
    frames = np.array([f[INNER] for f in flat_frames(detector, dose, 8)])
    variance = frames.var(axis=0, ddof=1).mean()
    expected = detector.noise_sd**2 / quanta(dose)
    # (sqrt(s) + e)^2 adds the square of the noise's own variance: 1/8 q of a share at 5 nGy
    expected *= 1.0 + detector.noise_sd**2 / (8.0 * quanta(dose))
    assert variance == pytest.approx(expected, rel=0.02)


def test_no_bias_at_five_nanogray() -> None:
    detector = Detector(N, ELEMENT_MM, 2)
    detector.lag, detector.scatter = 0.0, 0.0
    mean = np.mean([f[INNER].mean() for f in flat_frames(detector, 5.0, 12)])
    assert mean == pytest.approx(1.0, abs=0.005)


def test_iodine_is_linear_when_thin_and_hardens_as_the_table() -> None:
    beam = beam_quality(70)
    mg = np.array([[5.0, 10.0, 20.0, 100.0, 200.0, 300.0]], np.float32)
    line = (mg * beam.iodine_cm2_g * 1e-3).astype(np.float32)
    harden(line, beam)
    got = line[0]
    assert got[:3] / (beam.iodine_cm2_g * 1e-3 * mg[0, :3]) == pytest.approx(1.0, abs=0.02)
    truth = [beam.mass_cm2_g("iodine", g) * g for g in (0.1, 0.2, 0.3)]
    assert got[3:] == pytest.approx(truth, rel=0.02)


def test_scatter_puts_a_ceiling_on_contrast() -> None:
    detector = Detector(N, ELEMENT_MM, 1)
    detector.lag = 0.0
    contrast = []
    for depth in (0.0, 1.0, 30.0):
        line = np.zeros((N, N), np.float32)
        line[248:264, 248:264] = depth
        primary = detector.primary(line)
        signal = detector.expose(primary, 1.0, 1e9, 1)
        contrast.append(-np.log(signal[256, 256]))
    small, black = contrast[1] - contrast[0], contrast[2] - contrast[0]
    veil = detector.coarse_scatter(np.ones((64, 64), np.float32))[32, 32]
    assert small < 0.9
    # 30 nepers: only scatter is left, less the little that the object itself took away
    assert black == pytest.approx(np.log(1 + 1 / veil), abs=0.01)


def test_a_small_field_scatters_less() -> None:
    large = Detector(N, 0.3392 * 2, 1).coarse_scatter(np.ones((64, 64), np.float32))[32, 32]
    small = Detector(N, 0.1131 * 2, 1).coarse_scatter(np.ones((64, 64), np.float32))[32, 32]
    assert small < 0.75 * large


def test_subtraction_leaves_the_noise_of_two_frames() -> None:
    detector = Detector(N, ELEMENT_MM, 3)
    detector.lag = 0.0
    rng = np.random.default_rng(0)
    body = cv2.GaussianBlur(rng.standard_normal((N, N)).astype(np.float32), (0, 0), 3) * 3
    body = (0.3 * body / body.std()).astype(np.float32)
    out = np.empty((N, N), np.float32)

    def logarithm(number: int) -> np.ndarray:
        signal = detector.expose(detector.primary(body), 1.0, quanta(1500), number)
        return detector.logarithm(signal, out).copy()

    frames = [logarithm(k + 1)[INNER] for k in range(7)]
    assert frames[0].std() > 0.2
    one = np.std(frames[5] - frames[6]) / 2**0.5
    assert np.std(frames[5] - frames[0]) == pytest.approx(2**0.5 * one, rel=0.03)
    four = np.mean(frames[:4], axis=0)
    assert np.std(frames[5] - four) == pytest.approx(1.25**0.5 * one, rel=0.03)
    assert one == pytest.approx(detector.noise_sd / quanta(1500) ** 0.5, rel=0.15)


def test_mtf_is_that_of_the_set_blur() -> None:
    detector = Detector(N, ELEMENT_MM, 1)
    detector.lag, detector.scatter = 0.0, 0.0
    y, x = np.mgrid[:N, :N]
    away = (x - N / 2) * np.cos(0.05) + (y - N / 2) * np.sin(0.05)
    # an edge that an element's aperture meets in the signal, not in its logarithm
    seen = np.exp(-2.0) + (np.exp(-1.0) - np.exp(-2.0)) * np.clip(0.5 - away, 0, 1)
    line = -np.log(seen).astype(np.float32)
    signal = detector.expose(detector.primary(line), 1.0, 1e12, 1)
    b = np.round(away * 8).astype(int)
    near = np.abs(b) < 320
    count = np.bincount(b[near] + 320)
    edge = (np.bincount(b[near] + 320, signal[near]) / np.maximum(count, 1))[1:]
    spread = np.diff(edge)
    mtf = np.abs(np.fft.rfft(spread))
    mtf /= mtf[0]
    per_mm = np.fft.rfftfreq(len(spread), 0.125 * ELEMENT_MM)
    # Gaussian blur, and one element's aperture
    f = np.linspace(0.01, 4, 4000)
    truth = np.exp(-2 * (np.pi * f * BLUR_MM) ** 2) * np.sinc(f * ELEMENT_MM)
    for level in (0.5, 0.1):
        k = int(np.argmax(mtf < level))
        found = np.interp(level, mtf[[k, k - 1]], per_mm[[k, k - 1]])
        assert found == pytest.approx(f[np.argmax(truth < level)], rel=0.02)


def test_lag_is_the_share_set() -> None:
    detector = Detector(N, ELEMENT_MM, 1)
    detector.scatter = 0.0
    bright = detector.expose(detector.primary(np.zeros((N, N), np.float32)), 1.0, 1e6, 1).mean()
    dark = detector.expose(detector.primary(np.full((N, N), 20.0, np.float32)), 1.0, 1e6, 2)
    assert dark.mean() / bright == pytest.approx(detector.lag, abs=0.005)


@pytest.mark.parametrize("radius", [0.05, 0.15, 0.445, 1.0, 2.0])
def test_wire_keeps_its_mass(radius: float) -> None:
    mm = 0.1526
    p = Projection((0.0, 0.0), 0.0, 0.0, mm, N)
    line = np.zeros((N, N), np.float32)
    points = np.array([[-70.0, -3.03], [70.0, 4.13]])
    piece = Piece(0.0, 1000.0, radius, 0.0, "steel")
    paint_devices(line, [DeviceShape(points, (piece,))], p, 70)
    mu = attenuation_1_cm("steel", 70, 0.16 * radius)
    slope = np.hypot(1.0, 7.16 / 140.0)
    across = line[:, 150:350].sum(0).mean() * mm * 0.1 / slope
    assert across == pytest.approx(mu * np.pi * (0.1 * radius) ** 2, rel=0.005)


def test_hollow_tube_has_two_walls() -> None:
    mm = 0.1
    p = Projection((0.0, 0.0), 0.0, 0.0, mm, N)
    line = np.zeros((N, N), np.float32)
    piece = Piece(0.0, 1000.0, 1.0, 0.7, "platinum")
    points = np.array([[-20.0, 0.05], [20.0, 0.05]])
    paint_devices(line, [DeviceShape(points, (piece,))], p, 70)
    profile = line[:, N // 2]
    middle, wall = profile[N // 2 - 1], profile.max()
    assert wall > 1.5 * middle > 0
    mu = attenuation_1_cm("platinum", 70, 0.16 * 0.3)
    # the walls are 3 elements thick: one of them is shared with the middle
    assert middle == pytest.approx(mu * 0.06, rel=0.15)


def test_platinum_bands_show_on_a_polymer_catheter() -> None:
    p = Projection((0.0, 0.0), 0.0, 0.0, 0.15, N)
    line = np.zeros((N, N), np.float32)
    pieces = (Piece(0, 500, 0.83, 0.5, "polymer"), Piece(10, 11, 0.85, 0.76, "platinum"))
    points = np.array([[-30.0, 0.0], [30.0, 0.0]])
    paint_devices(line, [DeviceShape(points, pieces)], p, 70)
    along = line.max(0)
    tip_column = 0.5 * (N - 1) + 30.0 / 0.15
    band = int(tip_column - 10.5 / 0.15)
    assert along[band] > 4 * along[band - 30]
