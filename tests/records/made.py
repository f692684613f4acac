"""Synthetic runs for the tests of the score log; always the same for the same seed."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

import numpy as np

from ir_sim.records.record import RunError, RunMetric, RunRecord

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CASES = ("right-renal-selective", "contralateral-iliac", "sma-selective")
CODES = (("catheter_without_wire", 3), ("perforation", 5), ("fluoro_idle", 2), ("step_order", 1))


def made_run(number: int, trainee: str = "R01", seed: int = 0, **changes: object) -> RunRecord:
    """A run with plausible figures."""
    rng = np.random.default_rng([seed, number])
    case = CASES[number % len(CASES)]
    started = START + timedelta(minutes=37 * number)
    errors = tuple(
        RunError(code=CODES[k][0], weight=CODES[k][1], time_s=float(rng.uniform(5, 200)), text="e")
        for k in rng.choice(4, size=int(rng.integers(0, 3)), replace=False)
    )
    total = float(np.round(rng.uniform(20, 95), 2))
    fields: dict[str, object] = {
        "run_id": str(uuid.UUID(int=seed * 10**9 + number + 1, version=4)),
        "trainee": trainee,
        "scenario_id": case,
        "scenario_sha256": hashlib.sha256(case.encode()).hexdigest(),
        "scenario_title": case.replace("-", " "),
        "scenario_level": "beginner",
        "rubric_id": "default",
        "rubric_sha256": hashlib.sha256(b"default").hexdigest(),
        "software_version": "0.1.0",
        "seed": number,
        "started_utc": started,
        "ended_utc": started + timedelta(seconds=300),
        "procedure_s": 300.0,
        "total": total,
        "passed": total >= 70,
        "gate_open": True,
        "metrics": {
            "fluoro_time_s": RunMetric(
                value=float(rng.uniform(60, 400)), unit="s", reference=110.0, source="case"
            ),
            "kap_gy_cm2": RunMetric(
                value=float(rng.uniform(3, 40)), unit="Gy·cm²", reference=12.0, source="case"
            ),
            "contrast_ml": RunMetric(
                value=float(rng.uniform(5, 60)), unit="mL", reference=25.0, source="case"
            ),
        },
        "errors": errors,
    }
    return RunRecord.model_validate({**fields, **changes})


def recording_of(number: int) -> bytes:
    """Bytes that stand for a recording."""
    return b"irrun1\n" + hashlib.sha256(str(number).encode()).digest() * 4
