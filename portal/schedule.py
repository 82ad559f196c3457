"""Where and when one can be seen: clinics, their doctors, a doctor's sessions with the places that are left."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from bookings.booking import KINDS
from bookings.session import PAYERS, Payer
from portal.form_keys import new_key
from portal.paging import Page
from portal.timetable import Timetable, poli_name, timetable, timetable_of
from portal.visit import Visit
from portal.words import Words
from resources.issues import Text

PATIENT_COVERAGE = (("status", "active"), ("_count", "10"))
BPJS = re.compile(r"\b(BPJS|JKN|KIS)\b", re.IGNORECASE)
PAYER_NAMES: dict[Payer, Text] = {"umum": Text("I pay myself", "Bayar sendiri"), "jkn": Text("BPJS", "BPJS")}
KIND_NAMES = {
    1: Text("First visit, with a referral of a puskesmas or clinic", "Kunjungan pertama, dengan rujukan puskesmas"),
    3: Text("Control, with a letter of this hospital", "Kontrol, dengan surat kontrol rumah sakit ini"),
    2: Text("Sent by another clinic of this hospital", "Dikirim poli lain di rumah sakit ini"),
    4: Text("Referral of another hospital", "Rujukan dari rumah sakit lain"),
}
"""As BPJS numbers them, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Wished:
    """What was chosen and typed on the page of a doctor's sessions."""

    payer: Payer = "umum"
    kind: int | None = None
    referral: str = ""


async def show_polis(visit: Visit) -> Response:
    return visit.page("booking/polis.html", words=Words(visit), polis=(await timetable(visit)).polis())


async def show_doctors(visit: Visit) -> Response:
    code = visit.path("poli")
    known = await timetable_of(visit, code)
    doctors = known.doctors(code, visit.language)
    return visit.page(
        "booking/doctors.html", words=Words(visit), poli=code, name=poli_name(known.poli(code)[0]), doctors=doctors
    )


async def show_sessions(visit: Visit) -> Response:
    poli, doctor = visit.path("poli"), visit.path("doctor")
    known = await timetable_of(visit, poli, doctor)
    return sessions_page(visit, known, (poli, doctor), Wished(await _payer(visit)))


def sessions_page(visit: Visit, known: Timetable, where: tuple[str, str], wished: Wished, **told: Any) -> Response:
    """`where`: the code of a poli and the id of a doctor; `told`: status, problem. Raises PageRefused."""
    rows = known.doctor(*where)
    values = {"status": 200, "problem": None, **told}
    return visit.page(
        "booking/sessions.html",
        words=Words(visit),
        poli=where[0],
        path=f"/portal/schedule/{where[0]}/{where[1]}",
        name=poli_name(rows[0]),
        doctor=rows[0].doctor_name,
        offers=known.offers(rows),
        wished=wished,
        payers=[(one, PAYER_NAMES[one]) for one in reversed(PAYERS)],
        kinds=list(KIND_NAMES.items()),
        key=new_key(),
        **values,
    )


async def _payer(visit: Visit) -> Payer:
    """What the address says; else BPJS for whom it covers."""
    asked = visit.query("payer")
    if asked in PAYERS:
        return "jkn" if asked == "jkn" else "umum"
    if not visit.patient:
        return "umum"
    found = await visit.found("Coverage", (("patient", visit.patient), *PATIENT_COVERAGE))
    names = (str(row.get("display", "")) for one in found for row in one.get("payor", ()))
    types = (str(one.get("type", {}).get("text", "")) for one in found)
    return "jkn" if any(BPJS.search(text) for text in (*names, *types)) else "umum"


def with_kind(wished: Wished, text: str) -> Wished:
    """`text`: a number of KINDS."""
    return replace(wished, kind=int(text)) if text in map(str, KINDS) else wished


PAGES = (
    Page("schedule", "nobody", show_polis),
    Page("schedule/{poli}", "nobody", show_doctors),
    Page("schedule/{poli}/{doctor}", "nobody", show_sessions),
)
