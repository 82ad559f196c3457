"""Documents as they lie: in batches that fit into memory, mended only in the version that was read."""

from __future__ import annotations

from fhir_server.store.documents import Description, Document, Stamp, live, now, with_meta
from fhir_server.store.reindex import MOST_BYTES, Mend, Outcome, Part, Position, as_stored
from fhir_server.store.store import Store

PATIENT = Part("Patient")


def document(id: str, **content: object) -> Document:
    stamp = Stamp(id, 1, now(), "POST")
    return live(with_meta({"resourceType": "Patient", **content}, stamp), stamp, Description({}, {}, []))


async def test_batches_are_bounded_by_number_and_by_size(store: Store) -> None:
    for id in "abcd":
        await store.insert("Patient", document(id, text="x" * (MOST_BYTES // 3)), b"{}")
    rows = store.rows()
    assert [found["_id"] for found in await rows.batch(PATIENT, None, 2)] == ["a", "b"]
    assert [found["_id"] for found in await rows.batch(PATIENT, None, 100)] == ["a", "b", "c"]
    assert [found["_id"] for found in await rows.batch(PATIENT, "c", 100)] == ["d"]
    assert await rows.batch(PATIENT, "d", 100) == []
    assert "bytes" not in (await rows.batch(PATIENT, "c", 1))[0]


async def test_only_the_version_that_was_read_is_mended(store: Store) -> None:
    for id in "ab":
        await store.insert("Patient", document(id), b"{}")
    mends = [Mend("a", 1, {"index": {"x": ["1"]}}, ("compartments",)), Mend("b", 2, {"index": {"x": ["1"]}})]
    assert await store.rows().mend(PATIENT, mends) == Outcome(1)
    first, second = await store.rows().batch(PATIENT, None, 2)
    assert (first["index"], "compartments" in first) == ({"x": ["1"]}, False)
    assert (second["index"], second["compartments"]) == ({}, {})
    assert await store.rows().mend(PATIENT, []) == Outcome()


async def test_a_position_is_kept_until_the_end(store: Store) -> None:
    rows = store.rows()
    assert await rows.position("run") is None
    for position in (Position("x", PATIENT), Position("x", Part("Patient", past=True), "p1/1", 7)):
        await rows.keep("run", position)
        assert await rows.position("run") == position
    await rows.forget("run")
    assert await rows.position("run") is None


def test_values_as_mongodb_gives_them_back() -> None:
    moment = now().replace(microsecond=123456)
    assert as_stored({"a": (1, 2), "b": moment}) == {"a": [1, 2], "b": moment.replace(microsecond=123000)}
