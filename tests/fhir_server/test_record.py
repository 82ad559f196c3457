"""The record as one caller may use it. tests/journeys/test_access.py has the whole of it."""

from __future__ import annotations

from fhir_server.changes import Change
from fhir_server.record import Record
from fhir_server.store.store import Store
from tests.callers import bound

SITI = bound("siti", "siti")


async def test_to_delete_what_is_not_ones_own_is_to_delete_nothing(record: Record, store: Store) -> None:
    """The answer is the same as where there is nothing, so that it tells nothing."""
    await record.commit([Change.create({"resourceType": "Patient", "id": "budi"})])
    own = Record(store, SITI, record.site)
    (others,) = await own.commit([Change.delete("Patient", "budi")])
    (nothing,) = await own.commit([Change.delete("Patient", "nobody")])
    assert (others.outcome, others.version) == (nothing.outcome, nothing.version) == ("absent", None)
    assert (await record.read("Patient", "budi"))["version"] == 1
