"""Encounters as SATUSEHAT tells them: outpatient, emergency, inpatient. https://hl7.org/fhir/R4/encounter.html"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from fhir_server.messages import Resource
from seed.appointments import fulfilled
from seed.chart import Chart, Visit, add, free_day
from seed.elements import (
    Element,
    coding,
    concept,
    extension,
    hl7,
    identifier,
    instant,
    kemkes,
    local_id,
    quantity,
    reference,
    span,
    spread,
    wita,
    wita_date,
)
from seed.hospital import service_type
from seed.staff import Staff

_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CLASSES = {
    "AMB": coding(_ACT, "AMB", "ambulatory"),
    "EMER": coding(_ACT, "EMER", "emergency"),
    "IMP": coding(_ACT, "IMP", "inpatient encounter"),
}
_ATTENDER = [concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "ATND", "attender")]
_OUTPATIENT_CLASS = kemkes("locationServiceClass-Outpatient", "reguler", "Kelas Reguler")
_KEEPS_CLASS = kemkes("locationUpgradeClass", "kelas-tetap", "Kelas Tetap Perawatan")
_HOME = "Pulang atas persetujuan dokter"
DISPOSITIONS = {
    "home": hl7("discharge-disposition", "home", "Home") | {"text": _HOME},
    "exp": hl7("discharge-disposition", "exp", "Expired") | {"text": "Meninggal dunia"},
    "inpatient": hl7("discharge-disposition", "oth", "Other") | {"text": "Dirawat inap"},
}


def outpatient(chart: Chart, clinic: str, day: date, *, booked: bool | None = None) -> Visit | None:
    """A visit to a clinic on that day or the next free one, most with an appointment; None past the record's end."""
    found = free_day(chart, day)
    if not found:
        return None
    rng = chart.rng
    doctor = chart.hospital.doctor(clinic, found, rng.randint(0, 5))
    start = wita(found, rng.randint(8, 11), rng.randint(0, 59))
    arrived = start - timedelta(minutes=rng.randint(12, 55))
    extra: Resource = {}
    if booked or (booked is None and rng.random() < 0.6):
        extra["appointment"] = [reference(fulfilled(chart, doctor, arrived))]
    place = _place(chart, f"ruang-{clinic.lower()}", arrived, _OUTPATIENT_CLASS)
    encounter = _encounter(chart, ("AMB", doctor), [("arrived", arrived), ("in-progress", start)], [place], extra=extra)
    return Visit(encounter, doctor, chart.hospital.staff["nurse"][0], start)


def emergency(chart: Chart, day: date, room: str = "ruang-emg") -> Visit | None:
    """Through triage into a room of the emergency department, at any hour."""
    found = free_day(chart, day, sundays=True)
    if not found:
        return None
    rng = chart.rng
    doctor = chart.hospital.doctor("EMG", found, rng.randint(0, 5))
    arrived = wita(found, rng.randint(0, 20), rng.randint(0, 59))
    triaged, seen = arrived + timedelta(minutes=4), arrived + timedelta(minutes=rng.randint(8, 20))
    triage = _place(chart, "ruang-triase", arrived, _OUTPATIENT_CLASS)
    triage["period"]["end"] = instant(seen)
    places = [triage, _place(chart, room, seen, _OUTPATIENT_CLASS)]
    moves = [("arrived", arrived), ("triaged", triaged), ("in-progress", seen)]
    encounter = _encounter(chart, ("EMER", doctor), moves, places, extra={})
    return Visit(encounter, doctor, chart.hospital.staff["nurse"][1], seen)


def admission(chart: Chart, start: datetime, nights: int, *, clinic: str, ward: str, source: str = "emd") -> Visit:
    """A bed in a ward, under a specialist. The caller has made sure that the stay ends in time."""
    hospital, rng = chart.hospital, chart.rng
    day = wita_date(start)
    chart.taken.update(day + timedelta(days=offset) for offset in range(-1, nights + 2))
    doctor = hospital.doctor(clinic, day, rng.randint(0, 5))
    bed = spread(hospital.beds[ward], rng.randint(0, 97))
    bed_class = bed["extension"][0]["valueCodeableConcept"]
    place = _place(chart, bed["id"], start, bed_class)
    origin = {
        "emd": hl7("admit-source", "emd", "From accident/emergency department"),
        "outp": hl7("admit-source", "outp", "From outpatient department"),
        "born": hl7("admit-source", "born", "Born in hospital"),
    }[source]
    extra: Resource = {"hospitalization": {"admitSource": origin}}
    encounter = _encounter(chart, ("IMP", doctor), [("in-progress", start)], [place], extra=extra)
    return Visit(encounter, doctor, spread(hospital.staff["nurse"], rng.randint(2, 3)), start, inpatient=True)


def stays(chart: Chart, day: date, nights: int) -> bool:
    """Whether a stay from that day on fits into the record."""
    return day + timedelta(days=nights + 1) <= chart.until


def close(visit: Visit, *, disposition: str = "home", advice: str | None = None, at: datetime | None = None) -> None:
    """Ends the encounter: status, history, places, length and how the patient left."""
    end = at or visit.later(9)
    encounter = visit.encounter
    if not encounter["diagnosis"]:
        del encounter["diagnosis"]
    encounter["status"] = "finished"
    encounter["period"]["end"] = ended = instant(end)
    encounter["statusHistory"][-1]["period"]["end"] = ended
    encounter["statusHistory"].append({"status": "finished", "period": {"start": ended, "end": ended}})
    encounter["location"][-1]["period"]["end"] = ended
    minutes = int((end - datetime.fromisoformat(encounter["period"]["start"])).total_seconds() // 60)
    encounter["length"] = quantity(max(minutes // 1440, 1), "d") if visit.inpatient else quantity(minutes, "min")
    left = DISPOSITIONS[disposition]
    stay = encounter.setdefault("hospitalization", {})
    stay["dischargeDisposition"] = {**left, "text": advice} if advice else left
    visit.clock = end


def _encounter(
    chart: Chart,
    who: tuple[str, Staff],
    moves: list[tuple[str, datetime]],
    places: list[Element],
    *,
    extra: Resource,
) -> Resource:
    """`moves`: the states so far with the moment each began."""
    kind, doctor = who
    start = moves[0][1]
    history = []
    for (status, begun), (_, ended) in pairwise(moves):
        history.append({"status": status, "period": span(begun, ended)})
    history.append({"status": moves[-1][0], "period": {"start": instant(moves[-1][1])}})
    number = f"{start:%Y/%m/%d}/{chart.person.number:06d}{chart.counts.get('kunjungan', 0) + 1:03d}"
    return add(
        chart,
        "Encounter",
        "kunjungan",
        identifier=[identifier(local_id("encounter"), number)],
        status=moves[-1][0],
        statusHistory=history,
        **{"class": CLASSES[kind]},
        serviceType=service_type(doctor),
        subject=chart.subject,
        participant=[{"type": _ATTENDER, "individual": doctor.reference}],
        period={"start": instant(start)},
        diagnosis=[],
        location=places,
        serviceProvider={"reference": "Organization/org-rsud"},
        **extra,
    )


def _place(chart: Chart, id: str, start: datetime, service_class: Element) -> Element:
    location = chart.hospital.places[id]
    return {
        "location": reference(location, location["name"]),
        "period": {"start": instant(start)},
        "extension": [
            {
                **extension("ServiceClass"),
                "extension": [
                    {"url": "value", "valueCodeableConcept": service_class},
                    {"url": "upgradeClassIndicator", "valueCodeableConcept": _KEEPS_CLASS},
                ],
            }
        ],
    }
