"""xAPI 1.0.3 statements: one for each run, and one that voids it if it was retracted.

Statement ids are made from run ids, so that a statement that is sent twice is stored once.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from ir_sim.records.reading import LoggedRun

#: Where accounts and activities are said to live. ``.invalid`` is reserved (RFC 2606): these
#: addresses name things, nobody answers at them. A department gives its own.
BASE = "https://ir-sim.invalid"
DEFAULT_ACTOR_HOME = f"{BASE}/people"
VERSION = "1.0.3"

_VERB = "http://adlnet.gov/expapi/verbs"
_VERBS = {
    "passed": {"id": f"{_VERB}/passed", "display": {"en": "passed"}},
    "failed": {"id": f"{_VERB}/failed", "display": {"en": "failed"}},
    # The cmi5 profile's verb for a session that ended without its end.
    "interrupted": {
        "id": "https://w3id.org/xapi/adl/verbs/abandoned",
        "display": {"en": "abandoned"},
    },
    "voided": {"id": f"{_VERB}/voided", "display": {"en": "voided"}},
}


def statements_of(run: LoggedRun, actor_home: str = DEFAULT_ACTOR_HOME) -> Iterator[dict[str, Any]]:
    """The statements of a run.

    Args:
        run: The run.
        actor_home: The account system that the pseudonyms belong to (an address).
    """
    actor = {
        "objectType": "Agent",
        "account": {"homePage": actor_home, "name": run.person.shown},
    }
    yield _run_statement(run, actor)
    if run.retracted:
        run_id = run.document["run_id"]
        yield {
            "id": str(uuid.uuid5(uuid.UUID(run_id), "retracted")),
            "actor": actor,
            "verb": _VERBS["voided"],
            "object": {"objectType": "StatementRef", "id": run_id},
            "timestamp": run.document["ended_utc"],
        }


def _run_statement(run: LoggedRun, actor: dict[str, Any]) -> dict[str, Any]:
    document = run.document
    finished = document["status"] == "finished"
    verb = "interrupted" if not finished else "passed" if document["passed"] else "failed"
    result: dict[str, Any] = {
        "completion": finished,
        "duration": f"PT{document['procedure_s']:.2f}S",
        "extensions": {
            f"{BASE}/result/metrics": dict(document["metrics"]),
            f"{BASE}/result/errors": list(document["errors"]),
            f"{BASE}/result/parts": list(document["parts"]),
        },
    }
    if finished:
        result["success"] = bool(document["passed"])
    if document["total"] is not None:
        result["score"] = {
            "scaled": round(document["total"] / 100.0, 6),
            "raw": document["total"],
            "min": 0,
            "max": 100,
        }
    title = document["scenario_title"] or document["scenario_id"]
    return {
        "id": document["run_id"],
        "actor": actor,
        "verb": _VERBS[verb],
        "object": {
            "objectType": "Activity",
            "id": f"{BASE}/cases/{document['scenario_id']}/{document['scenario_sha256'] or 'any'}",
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/simulation",
                "name": {"en": f"{title} (simulated)"},
            },
        },
        "result": result,
        "context": {
            "registration": document["run_id"],
            "platform": f"ir_sim {document['software_version']}".strip(),
            "contextActivities": {
                "category": [{"objectType": "Activity", "id": f"{BASE}/simulated-procedure"}],
            },
            "extensions": {
                f"{BASE}/context/simulated": True,
                f"{BASE}/context/rubric": {
                    "id": document["rubric_id"],
                    "sha256": document["rubric_sha256"],
                },
                f"{BASE}/context/seed": document["seed"],
                f"{BASE}/context/player": document["player"],
                f"{BASE}/context/practice": document["practice"],
                f"{BASE}/context/chain-hash": run.hash,
            },
        },
        "timestamp": document["ended_utc"],
    }
