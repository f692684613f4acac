"""People of a score log: pseudonyms, cohorts, levels and roles; and the name list, kept apart.

A log knows a person by a random id and a pseudonym. Who stands behind a pseudonym is in one file of
the data folder (``names.json``, readable by its owner only) and nowhere else: it is never written
to a log, a report or an export unless it is asked for by name.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import insert, select, update

from ir_sim.errors import RecordError
from ir_sim.records import schema
from ir_sim.records.chain import Writer, commitment, new_salt
from ir_sim.records.record import PSEUDONYM_PATTERN

Role = Literal["resident", "instructor", "director"]
ROLES: tuple[str, ...] = get_args(Role)
NAMES_FILE = "names.json"
MOST_LETTERS = 80


@dataclass(frozen=True)
class Person:
    """A person as the log knows them; every field but the id is None once erased.

    Attributes:
        no: Row number.
        person_id: Random id, the only thing that the chain holds.
        pseudonym: What the person is called in lists and reports.
        cohort: Such as a year of entry.
        level: Such as a year of training.
        role: ``resident``, ``instructor`` or ``director``; the report's bands are of residents.
    """

    no: int
    person_id: str
    pseudonym: str | None
    cohort: str | None = None
    level: str | None = None
    role: str | None = None

    @property
    def shown(self) -> str:
        """The pseudonym, or what is shown after an erasure."""
        return self.pseudonym if self.pseudonym is not None else f"erased-{self.person_id[:6]}"


_COLUMNS = [schema.person.c[n] for n in Person.__dataclass_fields__]


def find_person(writer: Writer, pseudonym: str) -> Person | None:
    """The person of a pseudonym."""
    query = select(*_COLUMNS).where(schema.person.c.pseudonym == pseudonym)
    row = writer.connection.execute(query.order_by(schema.person.c.no)).first()
    return None if row is None else Person(*row)


def make_person(writer: Writer, pseudonym: str) -> Person:
    """Register a pseudonym.

    Raises:
        RecordError: It is not one.
    """
    if not re.fullmatch(PSEUDONYM_PATTERN, pseudonym):
        raise RecordError(
            f"'{pseudonym[:80]}' cannot be a pseudonym: 1 to 64 letters, digits, spaces or . _ @ -"
        )
    person_id, salt = secrets.token_hex(16), new_salt()
    role = "resident"
    promise = commitment(salt, pseudonym, None, None, role)
    seq = writer.append("person", {"person_id": person_id, "commitment": promise})
    row = {"person_id": person_id, "seq": seq, "pseudonym": pseudonym, "salt": salt, "role": role}
    query = insert(schema.person).returning(schema.person.c.no)
    number = int(writer.connection.execute(query, row).scalar_one())
    return Person(number, person_id, pseudonym, role=role)


def place_person(
    writer: Writer,
    pseudonym: str,
    *,
    cohort: str | None = None,
    level: str | None = None,
    role: str | None = None,
) -> Person:
    """Set a person's cohort, level or role; None leaves it, an empty text removes it.

    Raises:
        RecordError: A value makes no sense.
    """
    for what, value in (("cohort", cohort), ("level", level)):
        if value is not None and (len(value) > MOST_LETTERS or not value.isprintable()):
            raise RecordError(f"the {what} must be one line of at most {MOST_LETTERS} letters")
    if role and role not in ROLES:
        raise RecordError(f"'{role}' is not a role: use {', '.join(ROLES)}")
    person = find_person(writer, pseudonym) or make_person(writer, pseudonym)
    new = Person(
        person.no,
        person.person_id,
        pseudonym,
        person.cohort if cohort is None else cohort or None,
        person.level if level is None else level or None,
        person.role if role is None else role or None,
    )
    if new == person:
        return person
    query = select(schema.person.c.sign_in).where(schema.person.c.no == person.no)
    _note(writer, new, writer.connection.execute(query).scalar())
    return new


def let_sign_in(writer: Writer, pseudonym: str, kept: str | None) -> Person:
    """Set what is kept of a person's password (``sign_in.hashed``); None removes it."""
    person = find_person(writer, pseudonym) or make_person(writer, pseudonym)
    _note(writer, person, kept)
    return person


def _note(writer: Writer, person: Person, sign_in: str | None) -> None:
    salt, private = new_salt(), (person.cohort, person.level, person.role)
    promise = commitment(salt, str(person.pseudonym), *private, sign_in)
    seq = writer.append("person", {"person_id": person.person_id, "commitment": promise})
    cohort, level, role = private
    writer.connection.execute(
        update(schema.person)
        .where(schema.person.c.no == person.no)
        .values(seq=seq, salt=salt, cohort=cohort, level=level, role=role, sign_in=sign_in)
    )


def erase_person(writer: Writer, pseudonym: str) -> Person:
    """Remove a person's identity; the runs stay, of nobody.

    Raises:
        RecordError: Nobody has this pseudonym.
    """
    person = find_person(writer, pseudonym)
    if person is None:
        raise RecordError(f"nobody in this score log is called '{pseudonym}'")
    seq = writer.append("erasure", {"person_id": person.person_id})
    writer.connection.execute(
        update(schema.person)
        .where(schema.person.c.no == person.no)
        .values(
            seq=seq, pseudonym=None, salt=None, cohort=None, level=None, role=None, sign_in=None
        )
    )
    return person


class NameList:
    """Who stands behind which pseudonym: one file, apart from every log.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / NAMES_FILE

    def read(self) -> dict[str, str]:
        """Pseudonym -> name.

        Raises:
            RecordError: The file is damaged.
        """
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise RecordError(f"{self.path}: the name list cannot be read") from error
        if not isinstance(data, dict) or not all(isinstance(v, str) for v in data.values()):
            raise RecordError(f"{self.path}: the name list is damaged")
        return data

    def put(self, pseudonym: str, name: str | None) -> None:
        """Note or (None) remove a name.

        Raises:
            RecordError: The file cannot be written.
        """
        names = self.read()
        if name is None:
            names.pop(pseudonym, None)
        else:
            names[pseudonym] = name
        self._write(names)

    def items(self) -> Iterator[tuple[str, str]]:
        """In order of the pseudonyms."""
        yield from sorted(self.read().items())

    def _write(self, names: Mapping[str, str]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=".names-")  # mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(names, file, ensure_ascii=False, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(self.path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordError(f"{self.path}: the name list cannot be written: {reason}") from error
