"""What the documents of a visit have in common: who pays, where it was, how the patient left, who signs. Pure."""

from __future__ import annotations

from collections.abc import Collection

from exports import composition, describing, sections, wording
from exports import results as measurements
from exports.chart import Chart, name_of
from exports.documents import letters
from exports.gathering import Further, Read, of_patient
from exports.making import Making, signature
from exports.saying import concept, identifier, name
from exports.sheet import Block, Heading, Paragraph, Signatures
from fhir_server.messages import Parameters, Resource
from resources.extensions import values
from resources.systems import BOOKING, BPJS_PREFIX


def later(chart: Chart) -> Parameters:
    """The patient's bookings for days after the visit began."""
    start = chart.about.get("period", {}).get("start")
    return (("patient", chart.patient_name), ("date", f"gt{start}")) if start and chart.patient_name else ()


def vaccines(chart: Chart) -> Parameters:
    """What the patient was given in the days of the visit: R4 cannot ask for those of an Encounter."""
    period = chart.about.get("period", {})
    first, last = (chart.day(period.get(side)) for side in ("start", "end"))
    if first is None or not chart.patient_name:
        return ()
    return (("patient", chart.patient_name), ("date", f"ge{first}"), *((("date", f"le{last}"),) if last else ()))


TYPES = "Composition Condition Observation Procedure DiagnosticReport MedicationRequest CarePlan NutritionOrder"
OF_ENCOUNTER: tuple[Read | Further, ...] = (
    *(Read(type, "encounter") for type in TYPES.split()),
    *(Read(type, "encounter") for type in ("ClinicalImpression", "ServiceRequest")),
    Read("MedicationStatement", "context"),
    *(Further(type, of_patient("patient")) for type in ("AllergyIntolerance", "FamilyMemberHistory", "Coverage")),
    Further("Appointment", later),
    Further("Immunization", vaccines),
    letters.DOCTORS,
)
ALSO = ("AllergyIntolerance", "FamilyMemberHistory", "MedicationStatement", "Appointment", "Observation", "Specimen")
"""What a document of a visit is made of."""

ROLE = "Dokter Penanggung Jawab Pelayanan"
PAYERS = {"jkn": "JKN (BPJS Kesehatan)", "umum": "Umum (mandiri)"}
DEAD = "Meninggal"
DEATHS = frozenset(("exp", "exp-lt48h", "exp-gt48h"))
WAYS = {
    "home": "Atas izin dokter",
    "alt-home": "Atas izin dokter",
    "aadvice": "Pulang atas permintaan sendiri",
    "hosp": "Pindah rumah sakit",
    "other-hcf": "Pindah ke fasilitas kesehatan lain",
    "psy": "Pindah rumah sakit",
    "exp": "Meninggal",
    "exp-lt48h": "Meninggal kurang dari 48 jam",
    "exp-gt48h": "Meninggal lebih dari 48 jam",
    "oth": "Lainnya",
}
"""Code of discharge-disposition -> cara keluar."""


def payer(chart: Chart) -> str:
    """As the booking of the visit says, else of the Coverage that was in force."""
    for booking in chart.all(chart.about.get("appointment", ())):
        told = values(booking, BOOKING).get("payer")
        if told:
            return PAYERS.get(str(told), str(told))
    day = chart.day(chart.about.get("period", {}).get("start"))
    for one in chart.of("Coverage"):
        period = one.get("period", {})
        first, last = chart.day(period.get("start")), chart.day(period.get("end"))
        is_his = name_of(one.get("beneficiary"), chart.base) == chart.patient_name
        in_force = day is None or ((first is None or first <= day) and (last is None or day <= last))
        if is_his and in_force and one.get("status") == "active":
            return PAYERS["jkn"] if identifier(one, BPJS_PREFIX) else _insurer(one, chart)
    return wording.DASH


def _insurer(coverage: Resource, chart: Chart) -> str:
    payors = coverage.get("payor", ())
    named = (name(found) if (found := chart.get(one)) else one.get("display") for one in payors)
    return next((str(one) for one in named if one), concept(coverage.get("type")))


def unit(encounter: Resource, chart: Chart) -> str:
    """The clinic or department, else the place."""
    told = concept(encounter.get("serviceType"))
    return told if told != wording.DASH else place(encounter, chart)


def place(encounter: Resource, chart: Chart) -> str:
    """Where the patient was last."""
    rows = encounter.get("location", ())
    return _place_name(rows[-1], chart) if rows else wording.DASH


def _place_name(row: Resource, chart: Chart) -> str:
    found = chart.get(row.get("location"))
    return name(found) if found is not None else str(row.get("location", {}).get("display") or wording.DASH)


def disposition(chart: Chart) -> Resource:
    found: Resource = chart.about.get("hospitalization", {}).get("dischargeDisposition") or {}
    return found


def has_died(chart: Chart) -> bool:
    """In this visit."""
    return bool({str(row.get("code")) for row in disposition(chart).get("coding", ())} & DEATHS)


def way_out(chart: Chart) -> str:
    """Cara keluar; what no code says, in its own words."""
    codes = [str(row.get("code")) for row in disposition(chart).get("coding", ())]
    return next((WAYS[code] for code in codes if code in WAYS), concept(disposition(chart)))


def advice(chart: Chart) -> str:
    """What the patient was told on leaving: SATUSEHAT has it in the text of the disposition."""
    text = str(disposition(chart).get("text") or "")
    return "" if text.casefold().startswith(way_out(chart).casefold()) else text


def condition(found: Resource, chart: Chart) -> str:
    """Of the patient on leaving, as the resume medis has it; at least whether he lives."""
    words, entries = sections.told(found, "10184-0", chart)
    told = [*([words] if words else []), *(describing.line(one, chart) for one in entries)]
    if has_died(chart) and not any(DEAD.casefold() in one.casefold() for one in told):
        told.insert(0, DEAD)
    return ". ".join(told)


def residue(found: Resource, chart: Chart, used: Collection[str]) -> list[Block]:
    """What a Composition has in sections of other codes than these, each under its own title."""
    blocks: list[Block] = []
    for section in found.get("section", ()):
        for part in (section, *section.get("section", ())):
            codes = composition.categories(part, "code")
            words, entries = sections.words(part), chart.all(part.get("entry", ()))
            if (words or entries) and not codes & {*used}:
                blocks += [Heading(str(part.get("title", ""))), *([Paragraph(words)] if words else [])]
                blocks += described(next(iter(codes), ""), entries, chart)
    return blocks


def headed(title: str, blocks: list[Block]) -> list[Block]:
    """Under a heading; nothing where there is nothing."""
    return [Heading(title), *blocks] if blocks else []


def content(found: Resource, code: str, chart: Chart) -> list[Block]:
    """A section by its code: its words, then what it refers to."""
    words, entries = sections.told(found, code, chart)
    return [*([Paragraph(words)] if words else []), *described(code, entries, chart)]


def described(code: str, entries: list[Resource], chart: Chart) -> list[Block]:
    """Diagnoses and procedures as tables with their codes, all else as what it is."""
    if code in ("TK000004", "78375-3", "42347-5"):
        return describing.diagnoses(composition.diagnoses(chart, entries))
    if code == "TK000005" or code == "8724-7":
        return describing.procedures(entries, chart)
    if code == "8716-3":
        return measurements.vital_signs(entries, chart)
    return describing.blocks(entries, chart)


def signed(making: Making) -> Signatures:
    (doctor,) = letters.attending(making.chart)
    return Signatures((signature(making, doctor, ROLE),))
