"""Whatever is changed, removed, put elsewhere or added in the audit trail is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from fhir_server.audit.events import decode_many, encode
from fhir_server.audit.heads import NO_COPY, copied
from fhir_server.audit.projection import Projection
from fhir_server.audit.verify import Report, lines, verify
from fhir_server.store.blocks import CHAINS, START, block_id, digest, head_of, place
from fhir_server.store.store import Store
from tests.fhir_server.audit.conftest import Ask

Json = dict[str, Any]
Harm = Callable[[Database[Json]], str]


async def verified(store: Store, folder: Path | None = None) -> Report:
    copy = copied(folder / "heads.log", folder / "key.pem") if folder else None
    return await verify(store.audit_trail(), copy or NO_COPY)


def blocks(database: Database[Json]) -> list[Json]:
    return list(database["audit_blocks"].find().sort("_id"))


@pytest.mark.usefixtures("told")
async def test_what_nobody_touched(store: Store, database: Database[Json]) -> None:
    report = await verified(store)
    assert lines(report) == [f"{len(blocks(database))} blocks with 44 events: as they were written."]
    assert database["AuditEvent"].count_documents({}) == 44
    assert database["Provenance"].count_documents({}) == 8


async def findings(store: Store, folder: Path | None = None) -> list[str]:
    return (await verified(store, folder)).findings


def longest(database: Database[Json]) -> list[Json]:
    """The chain with the most blocks."""
    by_chain: dict[str, list[Json]] = {}
    for block in blocks(database):
        by_chain.setdefault(block["_id"][0], []).append(block)
    return max(by_chain.values(), key=len)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("place", [0, 1, -1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("field", ["_id", "at", "prev", "entries", "hash"])
async def test_a_changed_field_of_a_block(store: Store, database: Database[Json], field: str, place: int) -> None:
    block = longest(database)[place]
    changed = {
        "_id": f"{block['_id']}0",
        "at": block["at"] + timedelta(milliseconds=1),
        "prev": bytes(32) if any(block["prev"]) else b"1" * 32,
        "entries": block["entries"].replace(b'"who":"open"', b'"who":"none"'),
        "hash": bytes(32),
    }[field]
    database["audit_blocks"].delete_one({"_id": block["_id"]})
    database["audit_blocks"].insert_one({**block, field: changed})
    assert any(block["_id"] in line for line in await findings(store))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("field", ["at", "what", "who", "path", "patients", "version", "status"])
async def test_a_changed_field_of_an_event_whose_block_was_given_a_new_hash(
    store: Store, database: Database[Json], field: str
) -> None:
    """The next block tells, and where there is none, the AuditEvent."""
    block = longest(database)[-1]
    events = json.loads(block["entries"])
    value = {"at": "2020-01-01T00:00:00Z", "version": 9, "status": 404, "patients": ["x"]}.get(field, "create")
    events[-1][field] = value
    block["entries"] = json.dumps(events, separators=(",", ":")).encode()
    database["audit_blocks"].replace_one({"_id": block["_id"]}, {**block, "hash": digest(block)})
    found = await findings(store)
    assert len(found) == 1
    assert found[0].startswith("AuditEvent/")


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("is_hidden", [False, True], ids=["alone", "with what the next one says of it"])
async def test_a_block_in_the_middle_that_was_given_a_new_hash(
    store: Store, database: Database[Json], *, is_hidden: bool
) -> None:
    forged, following = longest(database)[3:5]
    forged["entries"] = forged["entries"].replace(b'"who":"open"', b'"who":"none"')
    forged["hash"] = digest(forged)
    database["audit_blocks"].replace_one({"_id": forged["_id"]}, forged)
    if is_hidden:
        database["audit_blocks"].update_one({"_id": following["_id"]}, {"$set": {"prev": forged["hash"]}})
    expected = "was changed" if is_hidden else "does not follow the block before it"
    assert f"block {following['_id']}: {expected}" in await findings(store)


def cut(place: int) -> Harm:
    def harm(database: Database[Json]) -> str:
        id = longest(database)[place]["_id"]
        database["audit_blocks"].delete_one({"_id": id})
        return f"block {id}: missing"

    return harm


def swap(database: Database[Json]) -> str:
    one, other = longest(database)[2:4]
    for block, id in ((one, other["_id"]), (other, one["_id"])):
        database["audit_blocks"].replace_one({"_id": id}, {**block, "_id": id})
    return f"block {one['_id']}: was changed"


def forget_a_chain(database: Database[Json]) -> str:
    first = longest(database)[0]["_id"]
    database["audit_blocks"].delete_many({"_id": {"$regex": f"^{first[0]}/"}})
    return f"block {first}: missing, and all up to"


def move_to_another_chain(database: Database[Json]) -> str:
    """Made to fit there, so that the other chain is sound."""
    moved = longest(database)[-1]
    chain, _ = place(moved["_id"])
    forged = {**moved, "_id": block_id((chain + 1) % CHAINS, 1), "prev": START.hash}
    database["audit_blocks"].delete_one({"_id": moved["_id"]})
    database["audit_blocks"].insert_one({**forged, "hash": digest(forged)})
    return f"block {moved['_id']}: missing"


def swap_two_events(database: Database[Json]) -> str:
    block = next(block for block in blocks(database) if len(decode_many(block["entries"])) > 1)
    turned = b"[" + b",".join(reversed([encode(event) for event in decode_many(block["entries"])])) + b"]"
    assert turned != block["entries"]
    database["audit_blocks"].update_one({"_id": block["_id"]}, {"$set": {"entries": turned}})
    return f"block {block['_id']}: was changed"


def cut_off_with_its_progress(database: Database[Json]) -> str:
    """What the copy tells the end was is not asked here: the AuditEvents tell that there was more."""
    block = longest(database)[-1]
    chain, number = place(block["_id"])
    database["audit_blocks"].delete_one({"_id": block["_id"]})
    database["audit_progress"].update_one({"_id": f"chain:{chain}"}, {"$set": {"number": number - 1}})
    return f"AuditEvent/{chain}-{number}-1: is of no block"


def rename_a_block(database: Database[Json]) -> str:
    block = longest(database)[-1]
    database["audit_blocks"].insert_one({**block, "_id": "9/000000000001"})
    return "block 9/000000000001: is of no chain"


def insert_nonsense(database: Database[Json]) -> str:
    database["audit_blocks"].insert_one({"_id": "3/nonsense", "entries": 1})
    return "block 3/nonsense: is none of the journal's"


def change_an_audit_event(database: Database[Json]) -> str:
    found = database["AuditEvent"].find_one({"resource.action": "R"}) or {}
    database["AuditEvent"].update_one({"_id": found["_id"]}, {"$set": {"resource.agent.0.who.display": "nobody"}})
    return f"AuditEvent/{found['_id']}: is not what its block says"


def delete_an_audit_event(database: Database[Json]) -> str:
    found = database["AuditEvent"].find_one_and_delete({}) or {}
    return f"AuditEvent/{found['_id']}: missing"


def invent_an_audit_event(database: Database[Json]) -> str:
    found = database["AuditEvent"].find_one({}) or {}
    database["AuditEvent"].insert_one({**found, "_id": "1-1-1000"})
    return "AuditEvent/1-1-1000: is of no block"


def renumber_an_audit_event(database: Database[Json]) -> str:
    found = database["AuditEvent"].find_one_and_update({}, {"$set": {"version": 2}}) or {}
    return f"AuditEvent/{found['_id']}: is not what its block says"


def hide_an_audit_event(database: Database[Json]) -> str:
    """It has its resource still, but is found no more."""
    found = database["AuditEvent"].find_one({}) or {}
    database["AuditEvent"].update_one({"_id": found["_id"]}, {"$set": {"deleted": True}})
    return f"AuditEvent/{found['_id']}: is not what its block says"


def bury_an_audit_event(database: Database[Json]) -> str:
    found = database["AuditEvent"].find_one({}) or {}
    database["AuditEvent_history"].insert_one({**found, "_id": f"{found['_id']}/1"})
    return f"AuditEvent/{found['_id']}/1: was changed"


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(cut(0), id="first block deleted"),
        pytest.param(cut(3), id="middle block deleted"),
        pytest.param(cut(-1), id="last block deleted"),
        *(swap, swap_two_events, move_to_another_chain, cut_off_with_its_progress),
        *(forget_a_chain, rename_a_block, insert_nonsense),
        *(change_an_audit_event, delete_an_audit_event, invent_an_audit_event, bury_an_audit_event),
        *(renumber_an_audit_event, hide_an_audit_event),
    ],
)
async def test_harm_is_found(store: Store, database: Database[Json], harm: Harm) -> None:
    expected = harm(database)
    assert any(line.startswith(expected) for line in await findings(store))


@pytest.mark.usefixtures("told")
async def test_an_older_copy_is_found_by_the_signed_heads(
    store: Store, database: Database[Json], ask: Ask, projection: Projection, tmp_path: Path
) -> None:
    """All collections are as they were then, so that only what lies outside of the database tells."""
    names = ("audit_blocks", "audit_progress", "AuditEvent", "Provenance")
    before = {name: list(database[name].find()) for name in names}
    await ask("GET", "Patient/1")
    await projection.step()
    await projection.sign()
    assert await findings(store, tmp_path) == []
    for name in names:
        database[name].delete_many({})
        database[name].insert_many(before[name])
    assert await findings(store) == []
    assert [line for line in await findings(store, tmp_path) if line.endswith("the end was cut off")]


@pytest.mark.usefixtures("told")
async def test_a_chain_that_was_written_anew_is_found_by_the_signed_heads(
    store: Store, database: Database[Json], tmp_path: Path
) -> None:
    chain, head = longest(database), START
    for block in chain:
        forged = {**block, "prev": head.hash, "entries": block["entries"].replace(b'"open"', b'"nobody"')}
        forged["hash"] = digest(forged)
        database["audit_blocks"].replace_one({"_id": block["_id"]}, forged)
        head = head_of(forged)
    assert not [line for line in await findings(store) if line.startswith("block")]
    (told,) = [line for line in await findings(store, tmp_path) if line.startswith("block")]
    assert told.startswith(f"block {chain[-1]['_id']}: is not the one that was signed at")


@pytest.mark.usefixtures("told")
async def test_a_copy_that_was_touched_is_not_believed(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "heads.log"
    log.write_bytes(log.read_bytes().replace(b'"at":"2', b'"at":"1') + b"{}\nnonsense\n")
    assert await findings(store, tmp_path) == [
        f"line {number} of the signed heads: is not as it was signed" for number in (1, 2, 3)
    ]


@pytest.mark.usefixtures("told")
async def test_a_copy_that_was_removed_is_missed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "heads.log").unlink()
    copy = copied(tmp_path / "heads.log", tmp_path / "key.pem")
    (finding,) = (await verify(store.audit_trail(), copy)).findings
    assert finding.startswith("the signed heads: there is no such file")


async def test_an_empty_journal_needs_no_copy(store: Store) -> None:
    assert (await verify(store.audit_trail(), None)).findings == []
