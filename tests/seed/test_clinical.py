"""What must hold for every generated record: the same bytes, valid resources, a life in the right order."""

import hashlib
import itertools
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from bookings import session
from resources.registry import validate
from seed.clinical import patient_record
from seed.hospital import Hospital, hospital
from seed.queues import Queues
from tests.processes import ROOT
from tests.seed.reading import at, codes, leaves, of, period, references

Resource = dict[str, Any]
Record = list[Resource]
Records = dict[int, Record]

ENCODER = msgspec.json.Encoder(decimal_format="number")


def digest(record: Record) -> str:
    return hashlib.sha256(ENCODER.encode(record)).hexdigest()


def test_the_same_seed_gives_the_same_bytes(house: Hospital, today: date) -> None:
    fresh = hospital(today)
    for number in (1, 17, 250):
        assert digest(patient_record(number, 1, today, fresh)) == digest(patient_record(number, 1, today, house))


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_gives_the_same_bytes(house: Hospital, today: date, hash_seed: str) -> None:
    program = (
        "import datetime, sys, msgspec; from seed.clinical import patient_record; from seed.hospital import hospital;"
        f"day = datetime.date.fromisoformat('{today}'); record = patient_record(35, 1, day, hospital(day));"
        "sys.stdout.buffer.write(msgspec.json.Encoder(decimal_format='number').encode(record))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PYTHONHASHSEED": hash_seed}, capture_output=True, check=True
    ).stdout
    assert printed == ENCODER.encode(patient_record(35, 1, today, house))


def test_another_seed_gives_another_record(records: Records, house: Hospital, today: date) -> None:
    assert digest(patient_record(17, 2, today, house)) != digest(records[17])


def test_ids_are_unique_and_well_formed(everything: Record) -> None:
    ids = Counter((resource["resourceType"], resource["id"]) for resource in everything)
    assert [key for key, count in ids.items() if count > 1] == []
    for _, id in ids:
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", id)


def test_identifiers_are_unique_per_type(everything: Record) -> None:
    shared = ("/id/kk", "/id/nik-ibu", "/prescription/100099999", "urn:rsud-fhir:booking:number")
    seen: Counter[tuple[str, str, str]] = Counter()
    for resource in everything:
        found = resource.get("identifier", [])
        for identifier in found if isinstance(found, list) else [found]:
            if not identifier["system"].endswith(shared) and resource["resourceType"] != "RelatedPerson":
                seen[resource["resourceType"], identifier["system"], identifier["value"]] += 1
    assert [key for key, count in seen.items() if count > 1] == []
    assert len(seen) > 5000


def test_references_lead_somewhere_and_backwards(house: Hospital, records: Records, queues: Queues) -> None:
    hospitals = {f"{resource['resourceType']}/{resource['id']}" for resource in house.resources}
    hospitals |= {session.url for session in queues.values()}
    for record in records.values():
        known = set(hospitals)
        own = {f"{resource['resourceType']}/{resource['id']}" for resource in record}
        for resource in record:
            diagnoses = set(references(resource.get("diagnosis", [])))
            others = {name: value for name, value in resource.items() if name != "diagnosis"}
            assert set(references(others)) <= known, resource["id"]
            assert diagnoses <= own
            known.add(f"{resource['resourceType']}/{resource['id']}")


def test_every_resource_is_valid(everything: Record, queues: Queues) -> None:
    for resource in [*everything, *map(session.write, queues.values())]:
        problems = [issue for issue in validate(resource) if issue.severity in ("error", "fatal")]
        assert problems == [], f"{resource['resourceType']}/{resource['id']}"


def test_numbers_are_exact(everything: Record) -> None:
    assert not [value for resource in everything for value in leaves(resource) if isinstance(value, float)]


def test_nothing_is_empty(everything: Record) -> None:
    for resource in everything:
        encoded = ENCODER.encode(resource)
        for nothing in (b"[]", b"{}", b'""', b"null"):
            assert nothing not in encoded, resource["id"]


def test_nothing_past_today_but_bookings_and_planned_operations(records: Records, today: date) -> None:
    ends = datetime.combine(today, time(0), UTC)
    for record in records.values():
        for resource in record:
            if resource["resourceType"] in ("Appointment", "MedicationRequest", "Immunization"):
                continue
            if resource["id"].startswith("operasi-"):
                continue
            for value in leaves(resource):
                if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
                    assert at(value) < ends, resource["id"]


def test_encounters_lie_within_the_life_and_apart(records: Records, today: date) -> None:
    for record in records.values():
        person = record[0]
        born = datetime.combine(date.fromisoformat(person["birthDate"]), time(0), UTC) - timedelta(hours=8)
        died = at(person["deceasedDateTime"]) if "deceasedDateTime" in person else datetime.max.replace(tzinfo=UTC)
        last = born
        for start, end in sorted(period(visit) for visit in of(record, "Encounter")):
            assert last <= start < end <= died, person["id"]
            assert start.date() >= today - timedelta(days=3 * 365 + 5)
            last = end


def test_encounters_move_through_their_states(records: Records) -> None:
    flows = {
        "AMB": ["arrived", "in-progress", "finished"],
        "EMER": ["arrived", "triaged", "in-progress", "finished"],
        "IMP": ["in-progress", "finished"],
    }
    for record in records.values():
        for visit in of(record, "Encounter"):
            history = visit["statusHistory"]
            assert [step["status"] for step in history] == flows[visit["class"]["code"]]
            assert visit["status"] == "finished"
            steps = [(at(step["period"]["start"]), at(step["period"]["end"])) for step in history]
            assert steps[0][0] == period(visit)[0]
            assert steps[-1] == (period(visit)[1], period(visit)[1])
            for (start, end), (following, _) in itertools.pairwise(steps):
                assert start <= end == following


def test_encounters_have_a_diagnosis_a_place_and_somebody_attending(records: Records) -> None:
    for record in records.values():
        for visit in of(record, "Encounter"):
            assert (
                "DD" in {use["use"]["coding"][0]["code"] for use in visit["diagnosis"]}
                or visit["class"]["code"] == "EMER"
            )
            assert visit["location"][-1]["period"]["end"] == visit["period"]["end"]
            assert visit["participant"][0]["individual"]["reference"].startswith("Practitioner/")
            assert visit["length"]["unit"] == ("d" if visit["class"]["code"] == "IMP" else "min")
            assert visit["length"]["value"] >= 1


def test_what_happens_in_a_visit_happens_during_it(records: Records) -> None:
    times = {
        "Observation": ("effectiveDateTime", "issued"),
        "Condition": ("recordedDate",),
        "ServiceRequest": ("authoredOn",),
        "DiagnosticReport": ("issued",),
        "MedicationRequest": ("authoredOn",),
        "Immunization": ("occurrenceDateTime",),
        "AllergyIntolerance": ("recordedDate",),
    }
    for record in records.values():
        visits = {f"Encounter/{visit['id']}": period(visit) for visit in of(record, "Encounter")}
        for resource in of(record, *times):
            start, end = visits[resource["encounter"]["reference"]]
            for name in times[resource["resourceType"]]:
                assert start <= at(resource[name]) <= end, resource["id"]


def test_the_clinics_are_open_by_day_and_not_on_sundays(records: Records) -> None:
    for record in records.values():
        for visit in of(record, "Encounter"):
            start = period(visit)[0] + timedelta(hours=8)
            if visit["class"]["code"] == "AMB":
                assert 7 <= start.hour < 12
                assert start.weekday() != 6


def test_everybody_has_something_in_the_record(records: Records) -> None:
    assert all(of(record, "Encounter", "Appointment") or "deceasedDateTime" in record[0] for record in records.values())


def test_the_demo_has_the_size_and_the_mix_that_was_asked_for(records: Records) -> None:
    sizes = [len(record) for record in records.values()]
    assert 80 <= sum(sizes) / len(sizes) <= 150
    classes = Counter(visit["class"]["code"] for record in records.values() for visit in of(record, "Encounter"))
    assert min(classes[code] for code in ("AMB", "EMER", "IMP")) >= 30
    types = Counter(resource["resourceType"] for record in records.values() for resource in record)
    clinical = ("Encounter", "Condition", "Observation", "ServiceRequest", "Specimen", "DiagnosticReport", "Procedure")
    treatment = ("MedicationRequest", "MedicationDispense", "AllergyIntolerance", "Immunization", "CarePlan")
    around = ("Patient", "Coverage", "RelatedPerson", "Appointment", "Composition", "EpisodeOfCare")
    assert {*clinical, *treatment, *around} == set(types)


@pytest.mark.parametrize(
    "code", ["I10", "E11.9", "Z34.9", "A91", "A15.0", "J06.9", "K30", "K35.8", "N18.3", "I63.9", "J45.9"]
)
def test_every_story_is_told_to_somebody(records: Records, code: str) -> None:
    assert any(code in codes(record) for record in records.values())


def test_some_are_to_be_operated_in_the_coming_days(records: Records, today: date) -> None:
    planned = [item for record in records.values() for item in of(record, "ServiceRequest") if "operasi" in item["id"]]
    assert len(planned) >= 3
    for item in planned:
        assert 1 <= (at(item["occurrenceDateTime"]).date() - today).days <= 9
        assert (item["status"], item["performerType"]["coding"][0]["code"] in ("MAT", "BED", "ORT")) == ("active", True)


def test_the_dead_die_in_the_hospital_and_are_not_booked(records: Records) -> None:
    dead = [record for record in records.values() if "deceasedDateTime" in record[0]]
    assert dead
    for record in dead:
        last = max(of(record, "Encounter"), key=lambda visit: str(visit["period"]["end"]))
        assert last["period"]["end"] == record[0]["deceasedDateTime"]
        assert last["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "exp"
        assert not [item for item in of(record, "Appointment") if item["status"] == "booked"]
