"""A run as the score log keeps it. No patient data by construction: there is no field for any."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from ir_sim.errors import RecordError
from ir_sim.records.canonical import utc_moment, utc_text
from ir_sim.training.score import Score

Status = Literal["finished", "interrupted"]
Player = Literal["human", "expert", "bot"]

#: Names of the metrics that lists, filters and the report read without opening the document.
HEADLINE_METRICS = ("fluoro_time_s", "kap_gy_cm2", "air_kerma_mgy", "contrast_ml")

#: A pseudonym: what a trainee is called everywhere but in the separately kept name list.
PSEUDONYM_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$"


def _milliseconds(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _no_nul(text: str) -> str:
    if "\0" in text:  # PostgreSQL stores no such text
        raise ValueError("a text must not hold a zero byte")
    return text


Moment = Annotated[datetime, AfterValidator(_milliseconds)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_no_nul)]
Key = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_no_nul)]
Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Pseudonym = Annotated[str, Field(pattern=PSEUDONYM_PATTERN)]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class RunMetric(_Plain):
    """A measured quantity: value, unit, the case's reference (or None) and where that is from."""

    value: Finite
    unit: Annotated[str, Field(max_length=40)] = ""
    reference: Finite | None = None
    source: Text = ""
    label: Text = ""


class RunError(_Plain):
    """An error of the rubric's catalogue at the moment it was made; weight 1 to 5."""

    code: Key
    weight: Annotated[int, Field(ge=1, le=5)]
    time_s: Finite
    text: Text = ""
    hint: Text = ""
    slot: Annotated[str, Field(max_length=80)] | None = None
    vessel: Annotated[str, Field(max_length=200)] | None = None
    place_mm: tuple[Finite, Finite] | None = None


class RunPart(_Plain):
    """A part of the score and why it is what it is."""

    name: Key
    label: Text = ""
    points: Finite
    out_of: Finite
    because: Text = ""


class RunRecord(_Plain):
    """The result of one simulated procedure.

    Attributes:
        run_id: UUID of the run; logging the same run twice logs it once.
        trainee: Pseudonym. The log's hash chain never holds it, only a random person id.
        scenario_id: Case, with the hash of its text, its title and its level.
        rubric_id: Rubric, with the hash of its text.
        software_version: Version of ir_sim that ran it.
        seed: Seed of the simulation.
        started_utc: When, by the workstation's clock.
        ended_utc: When, by the workstation's clock.
        procedure_s: Length in simulated seconds.
        status: ``finished``, or ``interrupted`` for a run that was cut off (it has no score).
        total: 0 to 100, or None if interrupted.
        passed: Whether the rubric's pass mark was met with the gate open.
        gate_reasons: Why the gate stayed shut.
        player: ``human``, the ``expert`` autopilot, or a ``bot``.
        practice: Practice mode (help allowed) rather than assessment.
        help_used: Which help, in order.
        irrun_sha256: Hash of the recording, or empty if there is none.
        imported_from: What file an imported run came from, or empty.
    """

    run_id: Annotated[str, Field(default_factory=lambda: str(uuid.uuid4()))]
    trainee: Pseudonym
    scenario_id: Key
    scenario_sha256: Sha256 = ""
    scenario_title: Text = ""
    scenario_level: Annotated[str, Field(max_length=40)] = ""
    rubric_id: Annotated[str, Field(max_length=200)] = ""
    rubric_sha256: Sha256 = ""
    software_version: Annotated[str, Field(max_length=80)] = ""
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
    started_utc: Moment
    ended_utc: Moment
    procedure_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    simulated: Literal[True] = True
    status: Status = "finished"
    total: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    passed: bool = False
    gate_open: bool = False
    gate_reasons: tuple[Text, ...] = ()
    parts: tuple[RunPart, ...] = ()
    metrics: Mapping[Key, RunMetric] = Field(default_factory=dict)
    errors: tuple[RunError, ...] = ()
    player: Player = "human"
    practice: bool = False
    help_used: tuple[Text, ...] = ()
    irrun_sha256: Sha256 = ""
    imported_from: Text = ""

    @field_validator("run_id")
    @classmethod
    def _uuid(cls, text: str) -> str:
        return str(uuid.UUID(text))

    def metric(self, name: str) -> float | None:
        """The value of a metric, or None if the run has none of that name."""
        found = self.metrics.get(name)
        return None if found is None else found.value

    def as_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        plain = self.model_dump(mode="python")
        plain["started_utc"] = utc_text(self.started_utc)
        plain["ended_utc"] = utc_text(self.ended_utc)
        return plain

    @classmethod
    def parse(cls, data: Mapping[str, Any], where: str) -> RunRecord:
        """A record from plain data of unknown origin.

        Raises:
            RecordError: One clear line with the first thing that is wrong.
        """
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise RecordError(f"{where}: {field}: {first['msg']}") from error


def record_of(score: Score, **known: Any) -> RunRecord:
    """The record of a finished run.

    Args:
        score: What ``Simulation.score()`` returned.
        known: The other fields of ``RunRecord`` (trainee, scenario, times, seed, ...).

    Raises:
        RecordError: A field is missing or makes no sense.
    """
    result = {
        "rubric_id": score.rubric,
        "rubric_sha256": score.rubric_sha256,
        "total": None if math.isnan(score.total) else score.total,
        "passed": score.passed,
        "gate_open": score.gate.open,
        "gate_reasons": tuple(score.gate.reasons),
        "parts": [_known(RunPart, part) for part in score.parts],
        # What could not be measured is left out, rather than written as a number.
        "metrics": {
            name: _known(RunMetric, metric)
            for name, metric in score.metrics.items()
            if math.isfinite(metric.value)
        },
        "errors": [_known(RunError, error) for error in score.errors],
    }
    return RunRecord.parse({**result, **known}, "the run's result")


def _known(model: type[BaseModel], part: object) -> dict[str, Any]:
    """The fields of a part of a score that the log keeps."""
    return {name: value for name, value in vars(part).items() if name in model.model_fields}


def moment_from(text: str, where: str) -> datetime:
    """A moment a person typed: a date, or ISO 8601 (UTC where no zone is given).

    Raises:
        RecordError: It is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{where}: '{text}' is not a date such as 2026-11-24"
        raise RecordError(message) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return utc_moment(moment.isoformat())
