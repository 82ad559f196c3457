"""What all processes of one database know of the hospital's own search parameters, and who puts them to use.

https://hl7.org/fhir/R4/searchparameter.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from fhir_server.store.documents import Document
from fhir_server.store.faults import translated
from fhir_server.store.lease import LEASE, take
from resources.definitions.own import Own

PARAMETERS = "parameters"
SET, PROCESS = "set", "process:"


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter, and the number of the set that it first was in."""

    own: Own
    since: int


@dataclass(frozen=True, slots=True)
class Seen:
    """The number of the set that a process, and all that it has under way, works by; when it last said so."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """The set of parameters has a `number` that each change raises. `leader` has the lease until then."""

    number: int = 0
    rows: tuple[Row, ...] = ()
    leader: str | None = None
    until: datetime | None = None
    processes: Mapping[str, Seen] = field(default_factory=dict)


class ParameterStates:
    """The documents of one small collection."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._collection = database[PARAMETERS]

    async def read(self) -> State:
        with translated():
            documents = {row["_id"]: row for row in await self._collection.find().to_list()}
        known, lease = documents.get(SET, {}), documents.get(LEASE, {})
        return State(
            known.get("number", 0),
            tuple(_row(row) for row in known.get("rows", ())),
            lease.get("owner"),
            lease.get("until"),
            {
                name.removeprefix(PROCESS): Seen(row["number"], row["at"])
                for name, row in documents.items()
                if name.startswith(PROCESS)
            },
        )

    async def replace(self, number: int, rows: tuple[Row, ...]) -> bool:
        """The next set, where this number is still the present one."""
        changed = {"number": number + 1, "rows": [{**asdict(row.own), "since": row.since} for row in rows]}
        with translated():
            try:
                result = await self._collection.update_one(
                    {"_id": SET, "number": number}, {"$set": changed}, upsert=number == 0
                )
            except DuplicateKeyError:
                return False
        return bool(result.matched_count or result.upserted_id)

    async def tell(self, process: str, seen: Seen) -> None:
        with translated():
            row = {"number": seen.number, "at": seen.at}
            await self._collection.replace_one({"_id": PROCESS + process}, row, upsert=True)

    async def leave(self, process: str) -> None:
        """The process has ended, and with it its lease."""
        with translated():
            await self._collection.delete_many({"$or": [{"_id": PROCESS + process}, {"_id": LEASE, "owner": process}]})

    async def bury(self, before: datetime) -> None:
        """Forgets processes that have said nothing since."""
        with translated():
            await self._collection.delete_many({"_id": {"$regex": f"^{PROCESS}"}, "at": {"$lt": before}})

    async def lead(self, process: str, now: datetime, until: datetime) -> bool:
        """Takes or keeps the lease; False where another process has it."""
        return await take(self._collection, process, now, until)


def _row(row: Mapping[str, Any]) -> Row:
    lists = {name: tuple(row[name]) for name in ("base", "target")}
    own = Own(row["code"], row["type"], row["url"], row["expression"], ready=row["ready"], **lists)
    return Row(own, row["since"])
