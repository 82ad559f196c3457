"""Requests for a correction, a copy or a deletion: a form, and what was asked so far with its clock and answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from auth.pages.forms import Form
from exports import saying
from exports.documents.ringkasan_pasien import CLASSES
from fhir_server.changes import Change
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from portal.form_keys import key_of, new_key
from portal.rights import request as lying
from portal.rights.performing import performer
from portal.rights.request import KINDS, LONGEST, Kind, Request, RequestRefused, asked, id_of, judge
from portal.visit import Visit, own
from portal.wording import full_moment, remaining, short_day
from resources.issues import Text
from resources.systems import RIGHTS_REQUEST

MOST, MOST_VISITS = 50, 12
CODES = ",".join(f"{RIGHTS_REQUEST}|{kind}" for kind in KINDS)
NAMES: dict[Kind, Text] = {
    "correction": Text("Correct something that is wrong", "Perbaiki data yang salah"),
    "copy": Text("Give me a copy", "Beri saya salinan"),
    "deletion": Text("Delete something", "Hapus data"),
}
HINTS: dict[Kind, Text] = {
    "correction": Text("Such as a wrong date of birth or allergy.", "Misalnya tanggal lahir atau alergi yang keliru."),
    "copy": Text(
        "Much of it you can download now, see below.", "Banyak yang bisa Anda unduh sekarang, lihat di bawah."
    ),
    "deletion": Text(
        "By law the hospital must keep a record for 25 years. It tells you what can be deleted.",
        "Menurut aturan, rekam medis wajib disimpan 25 tahun. Rumah sakit memberi tahu apa yang dapat dihapus.",
    ),
}
STATES = {
    "requested": (Text("Sent", "Terkirim"), "info"),
    "received": (Text("Received", "Sudah diterima"), "info"),
    "accepted": (Text("Being worked on", "Sedang dikerjakan"), "info"),
    "ready": (Text("Being worked on", "Sedang dikerjakan"), "info"),
    "in-progress": (Text("Being worked on", "Sedang dikerjakan"), "info"),
    "on-hold": (Text("Put off", "Ditunda"), "watch"),
    "completed": (Text("Done", "Selesai"), "good"),
    "rejected": (Text("Refused", "Ditolak"), "bad"),
    "cancelled": (Text("Cancelled", "Dibatalkan"), "watch"),
    "failed": (Text("Could not be done", "Tidak dapat dikerjakan"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A request in words. `left`: how long the hospital still has, nothing where it has answered or is late."""

    name: Text
    said: str
    sent: str
    due: str
    left: str
    state: Text
    badge: str
    is_late: bool
    answer: tuple[str, ...]
    answered: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    kind: str = ""
    said: str = ""
    visit: str = ""


async def show(visit: Visit) -> Response:
    return await _page(visit, kind=visit.query("kind"))


async def submit(visit: Visit, form: Form) -> Response:
    """Sends one; the same form sent again is the same request."""
    own(visit, form)
    key = key_of(form)
    typed = Typed(form.one("kind"), form.one("said").replace("\r\n", "\n").strip(), form.one("visit"))
    id, record = id_of(visit.patient, key), visit.record("create")
    waiting = [one for one in await _requests(record, visit) if one.id != id]
    try:
        kind = judge(typed.kind, typed.said, waiting)
    except RequestRefused as refused:
        return await _page(visit, 400, typed=typed, problem=refused.text, key=key)
    await _send(visit, record, asked(id, kind, typed.said, visit.now, visit=await _own_visit(record, visit, typed)))
    return visit.redirect("/portal/rights/requests?done=1")


async def _send(visit: Visit, record: Record, request: Request) -> None:
    """Written by the hospital, for patients have no right to write tasks; the journal names who asked."""
    hospital = visit.portal.hospital()
    if await hospital.read_many({"Task": [request.id]}):
        return
    task = lying.write(request, visit.patient, performer(visit))
    await hospital.carry_out([record.errand([Change.create(task, id=request.id)])])


async def _page(
    visit: Visit, status: int = 200, *, kind: str = "", typed: Typed | None = None, **values: object
) -> Response:
    async with visit.reading("$requests") as record:
        found, visits = await asyncio.gather(_requests(record, visit), _visits(record, visit))
    shown = {"problem": None, "key": new_key(), **values}
    return visit.page(
        "rights/requests.html",
        status,
        requests=[_shown(one, visit) for one in found],
        kinds=[(one, NAMES[one], HINTS[one]) for one in KINDS],
        visits=[(one["id"], _named(one, visit)) for one in visits],
        typed=typed or Typed(kind if kind in KINDS else ""),
        longest=LONGEST,
        done=visit.query("done") == "1",
        **shown,
    )


async def _requests(record: Record, visit: Visit) -> list[Request]:
    """The newest first."""
    criteria: Parameters = (("patient", visit.patient), ("code", CODES), ("_sort", "-authored-on"))
    found = (await record.search(parse("Task", (*criteria, ("_count", str(MOST)))))).documents[:MOST]
    return [one for document in found if (one := lying.read(document["resource"])) is not None]


async def _visits(record: Record, visit: Visit) -> list[Resource]:
    criteria: Parameters = (("patient", visit.patient), ("_sort", "-date"), ("_count", str(MOST_VISITS)))
    found = (await record.search(parse("Encounter", criteria))).documents
    return [one["resource"] for one in found[:MOST_VISITS]]


async def _own_visit(record: Record, visit: Visit, typed: Typed) -> str:
    """The id of the visit that was chosen, if it is one of this patient."""
    known = {one["id"] for one in await _visits(record, visit)} if typed.visit else set()
    return typed.visit if typed.visit in known else ""


def _named(encounter: Resource, visit: Visit) -> str:
    """24 Nov 2026, Poli Penyakit Dalam"""
    language = visit.language
    start = str(encounter.get("period", {}).get("start", ""))
    day = short_day(datetime.fromisoformat(start).astimezone(visit.zone).date(), visit.language) if start else ""
    kind = CLASSES.get(str(encounter.get("class", {}).get("code")))
    service = encounter.get("serviceType")
    what = saying.concept(service, language) if service else kind.in_language(language) if kind else ""
    return ", ".join(part for part in (day, what) if part) or str(encounter["id"])


def _shown(one: Request, visit: Visit) -> Shown:
    now, is_late = visit.now, one.is_late(visit.now)
    state, badge = STATES.get(one.status, STATES["requested"])
    moments = [full_moment(at, visit.zone, visit.language) if at else "" for at in (one.at, one.due, one.answered)]
    left = remaining(one.due - now, visit.language) if one.is_open and not is_late else ""
    return Shown(
        NAMES[one.kind],
        one.said,
        moments[0],
        moments[1],
        left,
        state,
        badge,
        is_late,
        one.answer,
        moments[2],
    )
