"""The next number of a medical record (norm): counted on without gaps, in the same transaction as the Patient.

The last one given out lies in a Basic; numbers that were given elsewhere are passed over.
"""

from __future__ import annotations

import re
from itertools import count

from bookings.reading import by_id
from fhir_server.changes import Change
from fhir_server.counting import counter, last
from fhir_server.record import Record
from fhir_server.store.documents import Document
from resources.systems import LAST_RECORD_NUMBER, MRN_PREFIX

DIGITS = 6
AT_ONCE = 200


async def following(hospital: Record, organization: str) -> tuple[str, Change]:
    """The number, and the change that says it is given out."""
    system = MRN_PREFIX + organization
    id = f"nomor-rm-{organization}"
    documents = await by_id(hospital, "Basic", [id])
    given = last(documents[0]["resource"], LAST_RECORD_NUMBER) if documents else await _highest(hospital, system)
    number = await _free(hospital, system, given + 1)
    resource = counter(id, LAST_RECORD_NUMBER, number, "Nomor rekam medis terakhir")
    if documents:
        return f"{number:0{DIGITS}d}", Change.update(resource, id, if_match=documents[0]["version"])
    return f"{number:0{DIGITS}d}", Change.create(resource)


async def _highest(hospital: Record, system: str) -> int:
    """Of all patients: read once, when there is no counter yet."""
    numbers = {"keys": {"$regex": f"^{re.escape(system)}\\|[0-9]{{1,9}}$"}}
    number = {"$toInt": {"$substrCP": ["$keys", len(system) + 1, 9]}}
    stages: list[Document] = [
        {"$unwind": "$keys"},
        {"$match": numbers},
        {"$group": {"_id": None, "highest": {"$max": number}}},
    ]
    rows = await hospital.gather("Patient", numbers, stages)
    return int(rows[0]["highest"]) if rows else 0


async def _free(hospital: Record, system: str, first: int) -> int:
    for start in count(first, AT_ONCE):
        keys = {f"{system}|{number:0{DIGITS}d}": number for number in range(start, start + AT_ONCE)}
        rows = await hospital.gather("Patient", {"keys": {"$in": list(keys)}}, [{"$project": {"keys": True}}])
        taken = {key for row in rows for key in row["keys"]}
        free = next((number for key, number in keys.items() if key not in taken), None)
        if free is not None:
            return free
    raise AssertionError("unreachable")
