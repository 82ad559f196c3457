"""Persetujuan atau penolakan tindakan kedokteran (informed consent): what was explained, and what the patient decides.

About the request for the procedure, which is there before anything is done; a Procedure tells of it afterwards. What is
to be explained: Permenkes 290/2008, pasal 7.
"""

from __future__ import annotations

from collections.abc import Iterator

from exports import composition, options, saying, wording
from exports.chart import Chart, name_of
from exports.documents import consents, letters
from exports.gathering import Further, of_patient
from exports.making import Kind, Making, letter, signature
from exports.sheet import Block, Column, Fields, Heading, Paragraph, Row, Sheet, Signatures, Space, Table, Together
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text
from resources.systems import ICD_9_CM, ICD_10

TITLES = {
    "": "Persetujuan / Penolakan Tindakan Kedokteran",
    "setuju": "Persetujuan Tindakan Kedokteran",
    "menolak": "Penolakan Tindakan Kedokteran",
}
NO_PROCEDURES = {"108252007", "363679005", "3457005", "306206005"}
"""SNOMED CT: laboratory, imaging, referrals: categories of requests that need no such form."""

TO_WRITE = "\n\n\N{NO-BREAK SPACE}"
"""Room for some lines by hand."""

BY_HAND = (
    "Tata cara tindakan",
    "Tujuan tindakan",
    "Risiko dan komplikasi",
    "Prognosis",
    "Alternatif tindakan dan risikonya",
    "Perkiraan biaya",
)
EXPLAINED = "Saya telah menerangkan hal-hal di atas secara benar dan jelas, serta memberi kesempatan untuk bertanya."
UNDERSTOOD = "Saya telah menerima dan memahami penjelasan di atas, serta telah diberi kesempatan untuk bertanya."
FREE = (
    "Pernyataan ini saya buat dengan penuh kesadaran dan tanpa paksaan. Persetujuan dapat ditarik kembali sebelum "
    "tindakan dimulai."
)
REFUSED = "Bila menolak: saya telah diberi tahu akibat yang mungkin timbul, dan keputusan ini tanggung jawab saya."


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a request that is not for a procedure, InvalidParameter."""
    chart, request = making.chart, making.chart.about
    if composition.categories(request) & NO_PROCEDURES or request.get("status") in ("revoked", "entered-in-error"):
        raise NotFound(Text("This request is not for a procedure.", "Permintaan ini bukan untuk tindakan kedokteran."))
    decision = options.one_of(making.options, "decision", "", "setuju", "menolak")
    decider = consents.decider(making)
    visit = letters.of_visit(chart, visit_of(chart))
    doctor = letters.person(chart, *request.get("performer", ()), request.get("requester"))
    blocks: list[Block] = [
        Fields(letters.identity(making)),
        Heading("Penjelasan"),
        Fields(
            (
                ("Dokter pelaksana tindakan", saying.name(doctor) if doctor else ""),
                ("Penerima penjelasan", decider.name),
                ("Tanggal dan jam", ""),
            )
        ),
        Table(
            (
                Column("No.", 0.35),
                Column("Jenis informasi", 2),
                Column("Isi informasi", 4.2),
                Column("Paham", 0.7, "center"),
            ),
            tuple(_explained(visit, request)),
        ),
        Together(_said(making, doctor, decider.name)),
        Together((*_declared(making, decider, decision), *_signed(making, doctor, decider.name))),
    ]
    return letter(KIND, making, blocks, paper="f4", title=TITLES[decision])


def visit_of(chart: Chart) -> str:
    return name_of(chart.about.get("encounter"), chart.base)


def _explained(visit: Chart, request: Resource) -> Iterator[Row]:
    """What the record knows stands there already; all else the doctor writes."""
    reasons = [one for one in visit.all(request.get("reasonReference", ())) if one["resourceType"] == "Condition"]
    told = [saying.with_code(one, ICD_10) for one in request.get("reasonCode", ())]
    diagnoses = told or [letters.diagnosis(one) for one in reasons or letters.diagnoses(visit)]
    known = (("Diagnosis", "; ".join(diagnoses)), ("Tindakan kedokteran", procedure(request)))
    rows = [*known, ("Indikasi tindakan", "\n".join(note.get("text", "") for note in request.get("note", ())))]
    for number, (title, content) in enumerate((*rows, *((title, "") for title in BY_HAND)), 1):
        yield Row((str(number), title, content or TO_WRITE, consents.BOX))


def procedure(request: Resource) -> str:
    """Herniotomi (53.00)"""
    return saying.with_code(request.get("code"), ICD_9_CM)


def _said(making: Making, doctor: Resource | None, name: str) -> tuple[Block, ...]:
    return (
        Paragraph(f"Dokter: {EXPLAINED}"),
        Paragraph(f"Pasien atau keluarga: {UNDERSTOOD}"),
        Signatures(
            (
                signature(making, doctor, "Dokter yang menjelaskan", dated=False),
                consents.signed_by_hand("Penerima penjelasan", name),
            )
        ),
    )


def _declared(making: Making, decider: consents.Decider, decision: str) -> Iterator[Block]:
    chosen = {"setuju": True, "menolak": False}.get(decision)
    yield Heading("Pernyataan")
    yield Paragraph("Yang bertanda tangan di bawah ini:")
    yield Fields(consents.who_decides(making, decider))
    yield Paragraph("menyatakan:")
    yield Paragraph(consents.choice(chosen, "SETUJU", "MENOLAK"), "strong")
    yield Paragraph(
        f"dilakukannya tindakan {procedure(making.chart.about)} terhadap pasien {saying.name(making.chart.patient)}."
    )
    if decision != "menolak":
        yield Paragraph(FREE)
    if decision != "setuju":
        yield Paragraph(REFUSED)


def _signed(making: Making, doctor: Resource | None, name: str) -> Iterator[Block]:
    """Doctor, patient or family, two witnesses."""
    place = ", ".join(part for part in (making.letterhead.city, wording.long_date(making.today)) if part)
    yield Paragraph(f"{place}, pukul ………………")
    yield Signatures(
        (signature(making, doctor, "Dokter", dated=False), consents.signed_by_hand("Yang menyatakan", name))
    )
    yield Space(3)
    yield Signatures((consents.signed_by_hand("Saksi 1 (keluarga)"), consents.signed_by_hand("Saksi 2 (rumah sakit)")))


KIND = Kind(
    "persetujuan-tindakan",
    Text("Consent to a procedure", "Persetujuan Tindakan Kedokteran"),
    "ServiceRequest",
    (
        letters.DOCTORS,
        *letters.about_visit(visit_of, "Condition"),
        Further("RelatedPerson", of_patient("patient")),
    ),
    sheet,
    number=("PT", "YANMED"),
    coding=("64293-4", "Procedure consent"),
    also=("Condition",),
    signed=False,
    options=("decision", "by"),
)
