"""Adding runs: document, recording and drawn rows within one transaction."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert, select

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.canonical import canonical, sha256_hex
from ir_sim.records.chain import Writer
from ir_sim.records.drawing import Drawer, drawn
from ir_sim.records.people import Person, find_person, make_person
from ir_sim.records.record import RunRecord


class Adder:
    """Adds runs within one transaction."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._drawer = Drawer(writer.connection)
        self._people: dict[str, Person] = {}

    def add(self, record: RunRecord, irrun: bytes | None, origin: str | None) -> bool:
        """Add a run; False if the log has it already (see ``ScoreLog.add``)."""
        document = _document(record, irrun)
        connection = self._writer.connection
        if self._known(document):
            return False
        person = self._people.get(record.trainee)
        if person is None:
            person = find_person(self._writer, record.trainee)
            person = person or make_person(self._writer, record.trainee)
            self._people[record.trainee] = person
        document["person_id"] = person.person_id
        if irrun is not None:
            digest = document["irrun_sha256"]
            have = select(schema.recording.c.sha256).where(schema.recording.c.sha256 == digest)
            if connection.execute(have).first() is None:
                connection.execute(insert(schema.recording), {"sha256": digest, "data": irrun})
        seq = self._writer.append("run", document, entry_id=record.run_id, origin=origin)
        self._drawer.draw(seq, person.no, drawn(document))
        return True

    def _known(self, document: dict[str, Any]) -> bool:
        query = select(schema.entry.c.document).where(
            schema.entry.c.entry_id == document["run_id"], schema.entry.c.kind == "run"
        )
        text = self._writer.connection.execute(query).scalar()
        if text is None:
            return False
        old = json.loads(text)
        # Whose it was may have been erased since; by which way it came may differ.
        same = json.loads(canonical(document))
        if any(
            old[k] != v for k, v in same.items() if k not in {"recording_kept", "imported_from"}
        ):
            raise RecordError(
                f"run {document['run_id']} is already in the score log with another result"
            )
        return True


def _document(record: RunRecord, irrun: bytes | None) -> dict[str, Any]:
    document = record.as_dict()
    del document["trainee"]
    if irrun is not None:
        digest = sha256_hex(irrun)
        if record.irrun_sha256 not in {"", digest}:
            raise RecordError(f"run {record.run_id}: this is not the recording of this run")
        document["irrun_sha256"] = digest
    document["recording_kept"] = irrun is not None
    return document
