"""Where a synced run was first logged: the link it had there, so that both signatures can be shown.

A run that is copied to another log is signed there by the workstation that copied it. Its origin
keeps the first log's link and document, whose hash and signature can be computed again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ir_sim.records.canonical import canonical
from ir_sim.records.chain import Link
from ir_sim.records.keys import key_id_of, signature_holds
from ir_sim.records.reading import plain_record
from ir_sim.records.record import RunRecord


def origin_of(link: Link, signature: str, public_key: str, store_id: str) -> str:
    """The origin of a run, from its entry in the log it is copied from."""
    if link.origin is not None:
        return link.origin  # it was copied before: the first log counts
    return canonical(
        {
            "store_id": store_id,
            "seq": link.seq,
            "logged_utc": link.logged_utc,
            "previous": link.previous,
            "public_key": public_key,
            "signature": signature,
            "document": link.document,
        }
    )


def origin_problem(link: Link, document: Mapping[str, Any]) -> str:
    """What is wrong with an entry's origin; empty if nothing is, or if there is none."""
    if link.origin is None:
        return ""
    first = json.loads(link.origin)
    key = str(first["public_key"])
    original = Link(
        first["seq"],
        link.entry_id,
        link.kind,
        first["document"],
        first["logged_utc"],
        key_id_of(key),
        first["previous"],
    )
    if not signature_holds(key, original.hash, first["signature"]):
        return "it is not the run that was signed in the log it was copied from"
    # Read as records: a later version may write fields that the first one did not know.
    copied, written = (
        RunRecord.parse(plain_record(each, "somebody"), "origin")
        for each in (document, json.loads(first["document"]))
    )
    if copied != written:
        return "its result is not the one that was signed in the log it was copied from"
    return ""
