"""Two small records that touch each other, and how operations are asked about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from auth.caller import SYSTEM
from fhir_server.changes import Change
from fhir_server.decide import Committed
from fhir_server.errors import FhirError
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.store.store import Store
from main import site
from resources.issues import Issue
from resources.registry import validate
from settings import Settings
from tests.fhir_server.conftest import BASE

Json = dict[str, Any]

SITE = site(Settings(base_url=BASE))
MOST_PAGES = 50
SECRET = "RAHASIA"
"""Whatever is patient b's, and b's alone, has it."""


def reference(url: str) -> Json:
    return {"reference": url}


def observation(id: str, patient: str, text: str = "suhu", **more: Any) -> Json:
    row = {"resourceType": "Observation", "id": id, "status": "final", "code": {"text": text}}
    return {**row, "subject": reference(f"Patient/{patient}"), **more}


def person(id: str, **more: Any) -> Json:
    return {"resourceType": "Patient", "id": id, **more}


SHARED: tuple[Json, ...] = (
    {"resourceType": "Organization", "id": "dinas", "name": "Dinas Kesehatan"},
    {"resourceType": "Organization", "id": "rs", "name": "RSUD Contoh", "partOf": reference("Organization/dinas")},
    {"resourceType": "Organization", "id": "lain", "name": "Tidak dirujuk"},
    {"resourceType": "Location", "id": "poli", "managingOrganization": reference("Organization/rs")},
    {"resourceType": "Practitioner", "id": "dokter", "name": [{"text": "dr. Contoh"}]},
    {"resourceType": "Practitioner", "id": "lain", "name": [{"text": "Tidak dirujuk"}]},
    {
        "resourceType": "PractitionerRole",
        "id": "peran",
        "practitioner": reference("Practitioner/dokter"),
        "organization": reference("Organization/rs"),
    },
    {"resourceType": "Medication", "id": "obat", "code": {"text": "Parasetamol"}},
)
OF_A: tuple[Json, ...] = (
    person("a", name=[{"text": "Siti"}], link=[{"other": reference("Patient/b"), "type": "seealso"}]),
    {
        "resourceType": "Encounter",
        "id": "kunjungan",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": reference("Patient/a"),
        "participant": [{"individual": reference("PractitionerRole/peran")}],
        "location": [{"location": reference("Location/poli")}],
        "period": {"start": "2026-02-10T08:00:00+08:00", "end": "2026-02-10T09:00:00+08:00"},
    },
    observation("suhu", "a", encounter=reference("Encounter/kunjungan"), effectiveDateTime="2026-02-10"),
    observation("lama", "a", effectiveDateTime="2025-01-05", derivedFrom=[reference("Observation/milik-b")]),
    {
        "resourceType": "Condition",
        "id": "demam",
        "code": {"text": "demam"},
        "subject": reference("Patient/a"),
        "encounter": reference("Encounter/kunjungan"),
        "recordedDate": "2026-02-10",
    },
    {
        "resourceType": "MedicationRequest",
        "id": "resep",
        "status": "active",
        "intent": "order",
        "subject": reference("Patient/a"),
        "medicationReference": reference("Medication/obat"),
        "authoredOn": "2026-02-10T08:30:00+08:00",
    },
    {
        "resourceType": "DocumentReference",
        "id": "surat",
        "status": "current",
        "subject": reference("Patient/a"),
        "content": [{"attachment": {"url": "Binary/berkas"}}],
    },
    {
        "resourceType": "Binary",
        "id": "berkas",
        "contentType": "text/plain",
        "data": "c3VyYXQ=",
        "securityContext": reference("Patient/a"),
    },
)
OF_B: tuple[Json, ...] = (
    person("b", name=[{"text": SECRET}]),
    observation("milik-b", "b", SECRET, performer=[reference("Practitioner/lain")]),
    observation("di-kunjungan-a", "b", SECRET, encounter=reference("Encounter/kunjungan")),
)


def composition(id: str, *entries: str, **more: Any) -> Json:
    return {
        "resourceType": "Composition",
        "id": id,
        "status": "final",
        "type": {"text": "Resume medis"},
        "subject": reference("Patient/a"),
        "encounter": reference("Encounter/kunjungan"),
        "date": "2026-02-10T09:00:00+08:00",
        "author": [reference("Practitioner/dokter")],
        "custodian": reference("Organization/rs"),
        "title": "Resume Medis",
        "section": [{"title": "Isi", "entry": [reference(url) for url in entries or ("Condition/demam",)]}],
        **more,
    }


REPORT: Json = {
    "resourceType": "DiagnosticReport",
    "id": "hasil",
    "status": "final",
    "code": {"text": "darah"},
    "subject": reference("Patient/a"),
    "result": [reference("Observation/hb"), reference("Observation/suhu")],
}
HB = observation("hb", "a", "hb", valueQuantity={"value": Decimal("12.50"), "unit": "g/dL"})
RESUME = composition("resume", "Condition/demam", "MedicationRequest/resep", "DiagnosticReport/hasil")
WITH_RESUME = (HB, REPORT, RESUME)


async def fill(store: Store, *resources: Json) -> Record:
    """The record of a caller without limits."""
    record = Record(store, SYSTEM, SITE)
    await put(record, *SHARED, *OF_B, *OF_A, *resources)
    return record


async def put(record: Record, *resources: Json) -> list[Committed]:
    return await record.commit([Change.update(one, one["id"]) for one in resources])


def problems(resource: Json) -> list[Issue]:
    return [issue for issue in validate(resource) if issue.severity in ("error", "fatal")]


async def refused(record: Record, url: str, body: Json | None = None) -> FhirError:
    with pytest.raises(FhirError) as error:
        await ask(record, url, body)
    assert SECRET not in str(error.value.issues)
    return error.value


async def ask(record: Record, url: str, body: Json | None = None, method: str = "", **headers: str) -> Json:
    """The resource that answers; an absolute link is a URL too."""
    split = urlsplit(url.removeprefix(f"{BASE}/"))
    query = tuple(parse_qsl(split.query, keep_blank_values=True))
    method = method or ("POST" if body else "GET")
    found = (
        await answer(FhirRequest(method, tuple(split.path.split("/")), query, headers, body, BASE), record)
    ).resource
    assert found is not None
    return found


def link(bundle: Json, relation: str) -> str | None:
    return next((row["url"] for row in bundle["link"] if row["relation"] == relation), None)


async def pages(record: Record, url: str) -> AsyncIterator[Json]:
    """All that follow one another: fewer than MOST_PAGES."""
    for _ in range(MOST_PAGES):
        page = await ask(record, url)
        yield page
        following = link(page, "next")
        if following is None:
            return
        url = following
    raise AssertionError(f"no end after {MOST_PAGES} pages")


def urls(bundle: Json) -> list[str]:
    return [row["fullUrl"].removeprefix(f"{BASE}/") for row in bundle.get("entry", ())]


async def walked(record: Record, url: str) -> list[str]:
    return [one async for page in pages(record, url) for one in urls(page)]


def sent(**values: Any) -> Json:
    """A Parameters resource: name -> (kind of value, value)."""
    rows = [{"name": name, f"value{kind}": value} for name, (kind, value) in values.items()]
    return {"resourceType": "Parameters", "parameter": rows}
