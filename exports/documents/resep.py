"""Resep: what a visit has prescribed, in the form that pharmacies know; and its copy (apograph), which says of each
item whether it was handed out. https://hl7.org/fhir/R4/medicationrequest.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal

from exports import composition, options, saying, wording
from exports.chart import Chart, name_of, when
from exports.documents import dosing, letters, medicines, slips, visits
from exports.documents.medicines import Prescribed
from exports.documents.surat_sehat import STRIKE_OUT
from exports.gathering import Further, Read, of_patient
from exports.making import Kind, Making, latest, letter, signature
from exports.sheet import Beside, Block, Fields, Framed, Line, Paragraph, Rule, Sheet, Signatures, Space, Together
from fhir_server.errors import NotFound
from fhir_server.messages import Resource
from resources.issues import Text
from resources.systems import LOCAL, LOINC

COPY = "Salinan Resep"
WEIGHTS = ("29463-7", "3141-9")
PRESCRIPTION = f"{LOCAL}prescription/"
SHORT = 900
"""Characters of an item that stays in one piece beside its R/."""

OPEN = "det / nedet *)"
GAP = "\N{EM SPACE}"
MOST_ALLERGIES = 12
REVIEW = (
    (
        "Administrasi",
        ("Identitas, umur, BB pasien", "Nama, SIP, paraf dokter", "Tanggal resep", "Unit asal resep"),
    ),
    (
        "Farmasetik",
        ("Nama, bentuk, kekuatan obat", "Dosis dan jumlah", "Stabilitas", "Aturan dan cara pakai"),
    ),
    (
        "Klinis",
        ("Tepat indikasi, dosis, waktu", "Duplikasi", "Alergi dan ROTD", "Kontraindikasi", "Interaksi"),
    ),
)
"""What a pharmacist reviews (telaah resep): Permenkes 72/2016 and the form of SATUSEHAT."""


def sheet(making: Making) -> Sheet:
    """Raises NotFound for a visit without prescriptions, InvalidParameter."""
    paper = options.one_of(making.options, "paper", "a5", "a4")
    is_copy = options.one_of(making.options, "copy", "no", "yes") == "yes"
    found = medicines.prescribed(making.chart)
    if not found:
        raise NotFound(Text("Nothing was prescribed at this visit.", "Tidak ada resep pada kunjungan ini."))
    blocks: list[Block] = [*_header(making, found), *_allergies(making), Rule()]
    for doctor, items in _by_doctor(making.chart, found):
        drawn = [_item(one, making, is_copy=is_copy) for one in items]
        signed = () if is_copy else (Signatures((signature(making, doctor, "Dokter"),)),)
        blocks += [*(block for item in drawn[:-1] for block in item), Together((*drawn[-1], *signed))]
    blocks += [_pharmacist(making) if is_copy else _review()]
    return letter(KIND, making, blocks, paper=paper, title=COPY if is_copy else "")


def _header(making: Making, found: list[Prescribed]) -> tuple[Block, ...]:
    chart, patient = making.chart, making.chart.patient
    written = chart.day(max(when(one.request) for one in found)) or letters.visit_day(making, chart.about)
    born = chart.day(patient.get("birthDate"))
    rows = (
        ("Pro", saying.name(patient)),
        ("No. RM", wording.record_number(saying.record_number(patient)) or wording.DASH),
        ("Umur", wording.age(born, written) if born else wording.DASH),
        ("Jenis kelamin", wording.gender(patient.get("gender", ""))),
        ("Berat badan", _weight(chart, written) or letters.to_fill(making)),
        ("No. resep", saying.listed(saying.identifier(one.request, PRESCRIPTION) for one in found)),
        ("Tanggal", wording.long_date(written)),
        ("Dokter", saying.listed(saying.name(doctor) for doctor, _ in _by_doctor(making.chart, found))),
        ("Unit", visits.unit(chart.about, chart)),
    )
    return (Fields(rows, 2), Fields((("Alamat", saying.address(patient)),)))


def _weight(chart: Chart, day: date) -> str:
    """The last until this day; with its own day where it is an earlier one, since a child grows."""
    measured = [(chart.day(when(one)), one) for one in letters.observations(chart)]
    known = [(at, one) for at, one in measured if at is not None and at <= day]
    for at, one in reversed(known):
        if (found := letters.newest([one], *WEIGHTS)) is not None:
            told = saying.observed(found)
            return told if at == day else f"{told} ({wording.short_date(at)})"
    return ""


def _allergies(making: Making) -> list[Block]:
    """In red and in words; where none are known, room for who asks the patient."""
    found = slips.allergies(making.chart)
    if not found:
        return [Fields((("Alergi", letters.to_fill(making)),))]
    more = f" dan {len(found) - MOST_ALLERGIES} lainnya" if len(found) > MOST_ALLERGIES else ""
    told = ", ".join(slips.shortened(one, 60) for one in found[:MOST_ALLERGIES]) + more
    return [Framed((Paragraph(f"ALERGI: {told}", "strong"),), "alarm"), Space(1)]


def _by_doctor(chart: Chart, found: Iterable[Prescribed]) -> Iterator[tuple[Resource | None, list[Prescribed]]]:
    """Who prescribed, else who was in charge; each signs for his own items."""
    by_name: dict[str, list[Prescribed]] = {}
    for one in found:
        by_name.setdefault(name_of(one.request.get("requester"), chart.base), []).append(one)
    for items in by_name.values():
        yield letters.person(chart, items[0].request.get("requester"), composition.attending(chart.about)), items


def _item(one: Prescribed, making: Making, *, is_copy: bool) -> list[Block]:
    """R/ name, amount; what a racikan is made of; S how it is taken, coded and in words; how often it is repeated."""
    mixture = medicines.compound(one, making.chart)
    amount = "" if mixture else medicines.amount(one.request)
    told = (one.name, amount, _handed_out(one, making) if is_copy else "")
    lines = [Paragraph(GAP.join(part for part in told if part), "strong"), *(Paragraph(line) for line in mixture)]
    for dosage in one.dosages:
        coded, plain = dosing.signa(dosage), dosing.plain(dosage)
        lines += [Paragraph(f"S {coded}")] if coded else []
        lines.append(Paragraph(f"({plain})", "quiet") if coded else Paragraph(f"S {plain}"))
    repeats = one.request.get("dispenseRequest", {}).get("numberOfRepeatsAllowed", 0)
    lines += [Paragraph(f"Iter {repeats} x")] if repeats else []
    if sum(len(line.text) for line in lines) > SHORT:
        return [Paragraph("R/", "strong"), *lines]
    return [Together((Beside((Paragraph("R/", "strong"),), tuple(lines), 0.07),))]


def _handed_out(one: Prescribed, making: Making) -> str:
    """det, nedet, or how much of it; left to the pen where nothing is known of any item."""
    known = _given(making)
    if not known:
        return OPEN
    own = f"MedicationRequest/{one.request['id']}"
    given = [row for row in known if _is_of(row, {own}, making) and row.get("status") == "completed"]
    if not given:
        return "nedet"
    wanted = _value(one.request.get("dispenseRequest", {}).get("quantity"))
    got = [_value(row.get("quantity")) for row in given]
    if wanted is None or None in got or sum(filter(None, got)) >= wanted:
        return "det"
    return f"det {wording.decimal(sum(filter(None, got)))}"


def _given(making: Making) -> list[Resource]:
    """What was handed out of this visit's prescriptions."""
    own = {f"MedicationRequest/{one.request['id']}" for one in medicines.prescribed(making.chart)}
    return [row for row in composition.current(making.chart, "MedicationDispense") if _is_of(row, own, making)]


def _is_of(dispense: Resource, requests: Collection[str], making: Making) -> bool:
    rows = dispense.get("authorizingPrescription", ())
    return any(name_of(row, making.chart.base) in requests for row in rows)


def _value(quantity: Resource | None) -> Decimal | None:
    return Decimal(str(quantity["value"])) if quantity and "value" in quantity else None


def _pharmacist(making: Making) -> Block:
    """Pro copie conform: who handed out last."""
    given = latest(_given(making))
    actors = [row.get("actor") for row in (given or {}).get("performer", ())]
    signed = Signatures((signature(making, letters.person(making.chart, *actors), "p.c.c. Apoteker"),))
    return Together((signed,) if given is not None else (signed, Paragraph(STRIKE_OUT, "small")))


def _review() -> Block:
    """To be ticked with a pen."""
    columns = [
        (Paragraph(title, "strong"), *(Paragraph(f"{letters.BOX} {point}", "small") for point in points))
        for title, points in REVIEW
    ]
    title = Line("TELAAH RESEP", 8, strong=True, tone="quiet")
    table = Beside(columns[0], (Beside(columns[1], columns[2], 0.5),), 0.34)
    pharmacist = Fields((("Apoteker, paraf", ""),))
    return Together((Space(3), Framed((title, Space(1), table, pharmacist))))


def _weights() -> Further:
    return Further("Observation", of_patient("patient", ("code", ",".join(f"{LOINC}|{code}" for code in WEIGHTS))))


KIND = Kind(
    "resep",
    Text("Prescription", "Resep"),
    "Encounter",
    (
        Read("MedicationRequest", "encounter"),
        Read("MedicationDispense", "context"),
        Further("AllergyIntolerance", of_patient("patient")),
        _weights(),
        letters.DOCTORS,
    ),
    sheet,
    coding=("57833-6", "Prescription for medication"),
    signers=lambda chart: [doctor for doctor, _ in _by_doctor(chart, medicines.prescribed(chart))],
    options=("paper", "copy"),
)
