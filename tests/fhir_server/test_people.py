"""What the sign-in pages learn of the record, and what they do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pymongo import MongoClient

from auth import policy
from auth.caller import SYSTEM, Caller
from auth.people import Contact, RecordUnavailable
from auth.users import Proxy, User
from fhir_server.errors import Unavailable
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.people import RecordPeople
from fhir_server.reach import Reach
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import open_store, site
from resources.issues import Text
from settings import Settings
from tests.fhir_server.conftest import BASE, settings

NIK, MRN = "https://fhir.kemkes.go.id/id/nik", "http://sys-ids.kemkes.go.id/mrn/1"
NUMBERS = {"siti": "5201014107900001", "made": "5201010203580002", "late": "5201010203580003"}
DOCTOR = User("dr.agus", "dokter", None, fhir_user="Practitioner/agus")
DESK = User("desk", "pendaftaran", None, fhir_user="Practitioner/desk")
IT = User("it", "it", None)
SITI = User("siti", "pasien", None, fhir_user="Patient/siti", acts_for=(Proxy("made", date(2020, 1, 1)),))


def patient(id: str, name: str, **more: object) -> dict[str, object]:
    identifiers = [{"system": NIK, "value": NUMBERS[id]}, {"system": MRN, "value": f"rm-{id}-1"}]
    return {"resourceType": "Patient", "id": id, "identifier": identifiers, "name": [{"text": name}], **more}


def encounter(id: str, subject: str, day: str) -> dict[str, object]:
    return {
        "resourceType": "Encounter",
        "id": id,
        "status": "finished",
        "class": {
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "AMB",
            "display": "rawat jalan",
        },
        "subject": {"reference": f"Patient/{subject}"},
        "participant": [{"individual": {"reference": "Practitioner/agus"}}],
        "period": {"start": f"{day}T23:30:00Z", "end": f"{day}T23:50:00Z"},
    }


@pytest.fixture(scope="module")
async def store(mongodb_uri: str) -> AsyncIterator[Store]:
    configured = settings(mongodb_uri, "test_people")
    async with open_store(configured) as found:
        record = Record(found, SYSTEM, site(Settings(base_url=BASE)))
        mails = [{"system": "email", "value": "siti@mail.example"}, {"system": "phone", "value": "021", "use": "work"}]
        phones = [
            {"system": "phone", "value": "0812", "use": "mobile"},
            {"system": "phone", "value": "1", "use": "old"},
        ]
        today = datetime.now(UTC).date().isoformat()
        for resource in (
            {"resourceType": "Practitioner", "id": "agus"},
            patient("siti", "Siti Rahmawati", birthDate="1990-07-01", telecom=[*mails, *phones]),
            patient("made", "Made, Wirawan", birthDate="1958-03-02"),
            patient("late", "Siti Almarhumah", birthDate="1958-03-02", deceasedBoolean=True, telecom=mails),
            encounter("old", "siti", "2026-01-02"),
            encounter("new", "siti", today),
            encounter("other", "made", "2020-01-02"),
        ):
            await answer(
                FhirRequest("PUT", (str(resource["resourceType"]), str(resource["id"])), body=resource), record
            )
        yield found
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database("test_people")


@pytest.fixture
def people(store: Store) -> RecordPeople:
    def record_for(caller: Caller) -> Record:
        return Record(store, caller, site(Settings(base_url=BASE)))

    reach = Reach(partial(record_for, SYSTEM))
    return RecordPeople(record_for, reach.settled, policy.load(), ZoneInfo("Asia/Makassar"))


@pytest.mark.parametrize(
    ("user", "ids", "may"),
    [
        (SITI, ["siti", "made"], ["siti"]),
        (DOCTOR, ["made", "siti"], ["siti"]),
        (DESK, ["made", "siti", "none"], ["made", "siti"]),
        (IT, ["made", "siti"], []),
        (DESK, ["a,b", "", "$ne", "siti,made"], []),
    ],
)
async def test_whose_record_a_person_may_open(people: RecordPeople, user: User, ids: list[str], may: list[str]) -> None:
    assert [found.id for found in await people.patients(user, ids)] == may


@pytest.mark.parametrize(
    ("user", "text", "found"),
    [
        (DESK, "siti", {"siti", "late"}),
        (DESK, "rahma siti", {"siti"}),
        (DESK, "budi siti", set()),
        (DESK, "siti rahma", {"siti"}),
        (DESK, NUMBERS["made"], {"made"}),
        (DESK, "rm-siti-1", {"siti"}),
        (DESK, "made,", {"made"}),
        (DESK, "x,siti", set()),
        (DOCTOR, "siti", {"siti"}),
        (DOCTOR, NUMBERS["made"], set()),
        (IT, "siti", set()),
        (SITI, "made", set()),
    ],
)
async def test_looking_a_patient_up(people: RecordPeople, user: User, text: str, found: set[str]) -> None:
    assert {person.id for person in await people.found(user, text)} == found


async def test_how_a_patient_is_shown(people: RecordPeople) -> None:
    (siti,) = await people.patients(DESK, ["siti"])
    assert (siti.name, siti.born, siti.number) == ("Siti Rahmawati", "1990-07-01", "rm-siti-1")


async def test_encounters_the_newest_first(people: RecordPeople) -> None:
    found = await people.encounters(SITI, "siti")
    assert [row.id for row in found] == ["new", "old"]
    assert (found[1].when, found[1].what) == ("2026-01-03", "rawat jalan"), "the day at the hospital, not in Greenwich"
    assert await people.encounters(SITI, "made") == []


@pytest.mark.parametrize(
    ("nik", "born", "contact"),
    [
        (NUMBERS["siti"], date(1990, 7, 1), Contact("siti", telephone="0812", email="siti@mail.example")),
        (NUMBERS["siti"], date(1990, 7, 2), None),
        (NUMBERS["made"], date(1958, 3, 2), Contact("made")),
        (NUMBERS["late"], date(1958, 3, 2), None),
        ("5201014107900009", date(1990, 7, 1), None),
        (f"{NUMBERS['siti']},{NUMBERS['made']}", date(1990, 7, 1), None),
        ("", date(1990, 7, 1), None),
    ],
)
async def test_where_a_code_goes(people: RecordPeople, nik: str, born: date, contact: Contact | None) -> None:
    assert await people.contact(nik, born) == contact


async def test_a_lookup_is_in_the_journal(people: RecordPeople, mongodb_uri: str) -> None:
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        blocks = client["test_people"]["audit_blocks"]
        before = blocks.count_documents({})
        await people.found(DESK, "siti")
        assert blocks.count_documents({}) == before + 1


async def test_a_record_that_does_not_answer() -> None:
    async def unavailable(_: Caller) -> Caller:
        raise Unavailable(Text("later", "nanti"))

    def never(_: Caller) -> Record:
        raise AssertionError

    broken = RecordPeople(never, unavailable, policy.load(), ZoneInfo("Asia/Makassar"))
    with pytest.raises(RecordUnavailable):
        await broken.found(DESK, "siti")
