"""All that printing is in one process: the press, the letterhead, and how a document comes from a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from exports import saying
from exports.chart import Chart
from exports.documents.accesses import LINK
from exports.drawing import Press, Wording
from exports.gathering import gathered
from exports.letterheads import Stationery, letterhead
from exports.making import Issued, Kind, Language
from exports.sheet import Letterhead
from fhir_server.record import Record
from fhir_server.store.documents import now
from resources.issues import Text

BY_LINK = Text("whoever has the patient's link", "pemegang tautan dari pasien")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants printed: `kind` about the resource `id`; `options` by name."""

    kind: Kind
    id: str
    options: Mapping[str, str]
    language: Language = "id"


@dataclass(frozen=True, slots=True)
class Office:
    """`hospital`: gives the record without limits, for the letterhead; `clock`: what is today, where a document tells
    of the time until now."""

    press: Press
    hospital: Callable[[], Record]
    stationery: Stationery
    clock: Callable[[], datetime] = now

    async def print(self, record: Record, wish: Wish) -> bytes:
        """A draft of what this caller's record holds. Raises NotFound, Gone, Forbidden, InvalidParameter, TooCostly,
        Unavailable."""
        return await self.draw(record, *await self.gathered(record, wish))

    async def gathered(self, record: Record, wish: Wish) -> tuple[Wish, Chart]:
        """What is read for a document, and its wish with nothing left open. Raises NotFound, Gone, Forbidden,
        InvalidParameter, TooCostly."""
        kind = wish.kind
        if kind.settled is not None:
            today = self.clock().astimezone(record.site.zone).date()
            wish = replace(wish, options=kind.settled(wish.options, today))
        return wish, await gathered(record, kind.type, wish.id, kind.reads, also=kind.also, options=wish.options)

    async def draw(self, record: Record, wish: Wish, chart: Chart, issued: Issued | None = None) -> bytes:
        """The PDF of a chart. Raises NotFound, Unavailable."""
        letterhead, printed_by = await self.letterhead(), await self._name(record, wish.language)
        said = Wording(letterhead, printed_by, wish.options, wish.language, issued)
        return await self.press.draw(wish.kind.code, chart, said)

    async def letterhead(self) -> Letterhead:
        found = await self.hospital().read_many({"Organization": [self.stationery.organization]})
        return letterhead(self.stationery, found[0]["resource"] if found else None)

    async def _name(self, record: Record, language: Language) -> str:
        """Of the person who prints; of a system its account; who has a link has no name."""
        if record.caller.role is not None and record.caller.role.name == LINK:
            return BY_LINK.in_language(language)
        type, _, id = (record.caller.person or "").partition("/")
        found = await self.hospital().read_many({type: [id]}) if id else []
        return saying.name(found[0]["resource"]) if found else record.caller.subject
