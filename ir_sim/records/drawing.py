"""The tables that are drawn from the chain's run documents, and the check that they still agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from ir_sim.records import schema
from ir_sim.records.canonical import canonical, sha256_hex, utc_moment
from ir_sim.records.record import HEADLINE_METRICS


@dataclass(frozen=True)
class Drawn:
    """What the tables hold of a run, by value rather than by row number."""

    person_id: str
    scenario: tuple[str, str, str, str]
    rubric: tuple[str, str]
    software: str
    ruler: str
    values: Mapping[str, Any]
    errors: tuple[tuple[str, int, float], ...]


def drawn(document: Mapping[str, Any]) -> Drawn:
    """A run document as the tables hold it."""
    metrics = document["metrics"]
    errors = document["errors"]
    values = {
        "run_id": document["run_id"],
        "started_s": utc_moment(document["started_utc"]).timestamp(),
        "ended_s": utc_moment(document["ended_utc"]).timestamp(),
        "procedure_s": float(document["procedure_s"]),
        "finished": document["status"] == "finished",
        "total": document["total"],
        "passed": document["passed"],
        "player": document["player"],
        "practice": document["practice"],
        "help_count": len(document["help_used"]),
        "error_count": len(errors),
        "worst_error": max((error["weight"] for error in errors), default=0),
        "irrun_sha256": document["irrun_sha256"],
    }
    for name in HEADLINE_METRICS:
        values[name] = float(metrics[name]["value"]) if name in metrics else None
    ruler = {
        name: [m["unit"], m["reference"], m["source"], m["label"]] for name, m in metrics.items()
    }
    return Drawn(
        document["person_id"],
        (
            document["scenario_id"],
            document["scenario_sha256"],
            document["scenario_title"],
            document["scenario_level"],
        ),
        (document["rubric_id"], document["rubric_sha256"]),
        document["software_version"],
        canonical(ruler),
        values,
        tuple((e["code"], int(e["weight"]), float(e["time_s"])) for e in errors),
    )


class Drawer:
    """Draws runs into the tables within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, tuple[Any, ...]], int] = {}

    def draw(self, seq: int, person_no: int, run: Drawn) -> None:
        """Write the rows of a run."""
        row = {
            "seq": seq,
            "person_no": person_no,
            "scenario_no": self._number(
                schema.scenario,
                dict(zip(("scenario_id", "sha256", "title", "level"), run.scenario, strict=True)),
            ),
            "rubric_no": self._number(
                schema.rubric, {"rubric_id": run.rubric[0], "sha256": run.rubric[1]}
            ),
            "software_no": self._number(schema.software, {"version": run.software}),
            "ruler_no": self._number(
                schema.ruler, {"sha256": sha256_hex(run.ruler)}, definition=run.ruler
            ),
            **run.values,
        }
        self._connection.execute(insert(schema.run), row)
        if run.errors:
            self._connection.execute(
                insert(schema.run_error),
                [
                    {
                        "seq": seq,
                        "place": place,
                        "code_no": self._number(schema.error_code, {"code": code}),
                        "weight": weight,
                        "time_s": time_s,
                    }
                    for place, (code, weight, time_s) in enumerate(run.errors)
                ],
            )

    def _number(self, table: Table, key: Mapping[str, Any], **rest: Any) -> int:
        """The row number of a value, written at its first use."""
        place = (table.name, tuple(key.values()))
        found = self._known.get(place)
        if found is None:
            query = select(table.c.no).where(*(table.c[n] == v for n, v in key.items()))
            found = self._connection.execute(query).scalar()
            if found is None:
                new = insert(table).returning(table.c.no)
                found = int(self._connection.execute(new, {**key, **rest}).scalar_one())
            self._known[place] = found
        return found
