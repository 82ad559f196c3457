"""What is known to be tried against FHIR servers to see another's record, and what patient A may be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.journeys.attacked import NUMBERS, Json, observation

FHIR_JSON, JSON_PATCH = "application/fhir+json", "application/json-patch+json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Attack:
    """`told`: the statuses that patient A may be told."""

    method: str
    url: str
    told: tuple[int, ...]
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.url[:70]}"


def _write(row: Json, **changes: Any) -> Json:
    return {name: value for name, value in {**row, **changes}.items() if name != "id"}


B_OF_A = observation("o-a", "a", subject={"reference": "Patient/b"})
NEW_FOR_B = _write(observation("x", "a", subject={"reference": "Patient/b"}))
TO_B = [{"op": "replace", "path": "/subject/reference", "value": "Patient/b"}]
TEST = [{"op": "test", "path": "/status", "value": "final"}]
DOCUMENT = {
    "resourceType": "DocumentReference",
    "status": "current",
    "subject": {"reference": "Patient/a"},
    "content": [{"attachment": {"url": "Binary/bin-b"}}],
}


def _bundle(*entries: tuple[str, str, Any], type: str = "transaction") -> Json:
    rows = [
        {"request": {"method": method, "url": url}, **({"resource": body} if body else {})}
        for method, url, body in entries
    ]
    return {"resourceType": "Bundle", "type": type, "entry": rows}


def _named(**values: str) -> Json:
    parts = [{"name": name, "valueString": value} for name, value in values.items()]
    return {"resourceType": "Parameters", **({"parameter": parts} if parts else {})}


def _get(told: tuple[int, ...], *urls: str) -> list[Attack]:
    return [Attack("GET", url, told) for url in urls]


def _patch(url: str, operations: list[Json]) -> Attack:
    return Attack("PATCH", url, (404, 412), operations, {"Content-Type": JSON_PATCH})


READS = [
    *_get(
        (404,), "Observation/o-b", "Observation/o-b/_history", "Observation/o-b/_history/1", "Patient/b", "Binary/bin-b"
    ),
    *_get((404,), "Patient/b/_history", "Encounter/visit-b", "Condition/c-b", "DocumentReference/d-b", "Task/t-b"),
    *_get((404,), "Provenance/pr-b", "Device/dev", "Group/g", "Appointment/ap", "Coverage/cov", "Account/acc"),
    *_get((404,), "Observation/performer-b", "Observation/pindah/_history/1", "Observation/terhapus"),
    *_get(
        (404,), "Observation/terhapus/_history", "Observation/terhapus/_history/1", "Observation/terhapus/_history/2"
    ),
    *_get((404,), "Bundle/simpan"),
    *_get((404,), "Observation/o-b/$meta", "Observation/o-b/$validate"),
    Attack("HEAD", "Observation/o-b", (404,)),
    Attack("HEAD", "Patient/b", (404,)),
    Attack("GET", "Binary/bin-b", (404,), None, {"Range": "bytes=0-4"}),
    Attack("GET", "Binary/bin-b", (404,), None, {"Accept": FHIR_JSON}),
    Attack("GET", "Binary/bin-b/_history/1", (404,), None, {"Accept": "text/plain", "If-None-Match": "*"}),
    Attack("HEAD", "Binary/bin-b", (404,)),
]
SEARCHES = _get(
    (200, 400),
    "Bundle",
    "Observation?subject=Patient/b",
    "Observation?patient=b",
    "Observation?patient:Patient=b",
    f"Observation?patient.identifier={NUMBERS}|rahasia-b",
    "Observation?subject=http://lain.example/fhir/Patient/b",
    "Observation?subject=https://ehr.test/fhir/Patient/b",
    "Observation?patient=a,b",
    "Observation?patient:not=a",
    "Observation?patient:missing=false",
    "Observation?_id=o-b,pindah,terhapus,performer-b",
    "Observation?_text=rahasia",
    "Observation?_content=rahasia",
    f"Observation?identifier={NUMBERS}|rahasia-b",
    "Observation?code:text=rahasia",
    "Observation?value-quantity=gt7",
    "Observation?encounter=Encounter/visit-b",
    "Patient?name=rahasia",
    "Patient?name:contains=ahasi",
    "Patient?birthdate=1973-07-03",
    "Patient?link=Patient/a",
    "Patient?_summary=count",
    "Patient/b/Observation",
    "Patient/b/*",
    "Practitioner/p/Observation",
    "Practitioner/p/*",
    "Encounter/visit-b/Observation",
    "?_type=Observation&_text=rahasia",
    "?_type=Observation,Patient,Condition&_count=100",
    "?_count=100",
    "_history?_count=500",
    "_history?_since=2020-01-01",
    "Observation/_history",
    "Patient/_history?_count=100",
    "Observation?_contained=true",
    "Group?member=Patient/b",
    "Appointment?actor=Patient/b",
    "Coverage?payor=Patient/b",
    "Task?subject=Patient/b",
    "Device?patient=b",
    "Provenance?target=Patient/b",
    "Binary?_id=bin-b",
    "Observation?_elements=id&_count=100",
    "Observation?_count=0",
    "Observation?_total=accurate&_count=1",
)
OPERATIONS = [
    *_get((404,), "Patient/b/$everything", "Patient/b/$summary", "Encounter/visit-b/$everything"),
    *_get((404,), "Composition/x/$document", "DocumentReference/$docref?patient=b", "Patient/b/$everything?_type=Task"),
    *_get(
        (200,), "Patient/a/$everything", "Patient/$everything", "Encounter/visit-a/$everything", "Patient/a/$summary"
    ),
    *_get((200,), "Patient/a/$everything?_type=Patient,Group,Observation,Practitioner&_count=1000"),
    *_get((200,), "Patient/a/$everything?start=2020&end=2030", "DocumentReference/$docref?patient=a&start=2000"),
    *_get((400,), "Patient/a/$everything?patient=b", "Patient/a/$everything?_cursor=x"),
    *_get((400, 404), f"Patient/$summary?identifier={NUMBERS}|rahasia-b", "DocumentReference/$docref?patient=a,b"),
    Attack("POST", "Patient/b/$everything", (404,), {"resourceType": "Parameters"}),
    *_get((404,), "Patient/b/$pdf?document=ringkasan-pasien", "Encounter/visit-b/$pdf?document=resume-medis"),
    *_get((404,), "Patient/b/$pdf?document=riwayat-akses", "Patient/b/$pdf?document=kartu-berobat"),
    Attack("POST", "Encounter/visit-b/$issue", (403, 404), _named(document="resume-medis")),
    Attack("POST", "Encounter/visit-a/$issue", (403, 404), _named(document="surat-sakit", days="3")),
    Attack("POST", "Encounter/visit-b/$compose", (403, 404), _named()),
    Attack("POST", "DocumentReference/d-b/$sign", (403, 404), _named(passphrase="x")),
    Attack("POST", "DocumentReference/d-b/$revoke", (403, 404), _named(reason="x")),
]
INCLUDES = _get(
    (200, 400, 403),
    "Observation?_id=menunjuk&_include=Observation:derived-from",
    "Observation?_id=menunjuk&_include=*",
    "Observation?_id=menunjuk&_include:iterate=*",
    "Observation?_id=performer-b&_include=Observation:performer",
    "Practitioner?_id=p&_revinclude=Observation:performer",
    "Practitioner?_revinclude=*",
    "Practitioner?_id=p&_revinclude=Patient:general-practitioner&_revinclude:iterate=Observation:subject",
    "Organization?_revinclude=*",
    "Organization?_id=rs&_revinclude=Patient:organization",
    "Medication?_revinclude=MedicationRequest:medication",
    "Location?_revinclude=Encounter:location",
    "Observation?_revinclude=Provenance:target",
    "Condition?_revinclude=Task:focus",
    "Patient?_include=Patient:link",
    "Patient?_revinclude=Group:member",
    "Patient?_revinclude=Patient:link",
    "Patient?_revinclude=Appointment:actor&_include:iterate=Appointment:actor",
    "Patient?_revinclude=Coverage:beneficiary&_include:iterate=Coverage:payor",
    "Encounter?_revinclude:iterate=Observation:encounter",
)
PROBES = _get(
    (200, 400, 403),
    "Patient?_has:Observation:patient:code=glukosa",
    "Patient?_has:Observation:patient:code-value-quantity=glukosa$gt7",
    "Organization?_has:Patient:organization:name=rahasia",
    "Practitioner?_has:Observation:performer:value-quantity=gt7",
    "Practitioner?_has:Encounter:participant:subject.name=rahasia",
    "Medication?_has:MedicationRequest:medication:subject=Patient/b",
    "Encounter?participant.name=perawat",
    "Observation?patient.birthdate=1973-07-03",
    "Observation?patient.name=rahasia",
    "Observation?derived-from.value-quantity=gt7",
    "Group?member.name=rahasia",
    "Task?focus:Condition.code:text=rahasia",
    "Patient?_sort=birthdate&_count=1",
    "Patient?_filter=name co rahasia",
    "Organization?_filter=_has:Patient:organization:name eq rahasia",
    "Observation?_filter=not (patient eq a)",
    "Observation?code:in=http://contoh.example/vs",
    "Observation?_list=List/b",
    "Observation?subject:Patient.link=Patient/a",
    "Observation/$explain?patient=b",
    "Location?_has:Encounter:location:_has:Observation:encounter:patient=b",
)
WRITES = [
    Attack("POST", "Observation", (404,), NEW_FOR_B),
    Attack("PUT", "Observation/o-a", (404,), B_OF_A),
    Attack("PUT", "Observation/o-b", (404,), observation("o-b", "a")),
    Attack("PUT", "Observation/o-b", (404,), observation("o-b", "a"), {"If-Match": 'W/"1"'}),
    Attack("PUT", "Observation/o-b", (404,), observation("o-b", "a"), {"If-None-Match": "*"}),
    Attack("PUT", "Observation/belum-ada", (404,), observation("belum-ada", "a")),
    Attack("PUT", "Observation/terhapus", (404,), observation("terhapus", "a")),
    Attack("PUT", "Patient/b", (403,), {"resourceType": "Patient", "id": "b"}),
    _patch("Observation/o-b", TEST),
    _patch("Observation/o-a", TO_B),
    _patch(f"Observation?identifier={NUMBERS}|rahasia-b", TEST),
    Attack("DELETE", "Observation/o-b", (204,)),
    Attack("DELETE", "Observation/o-b", (412,), None, {"If-Match": 'W/"1"'}),
    Attack("DELETE", f"Observation?identifier={NUMBERS}|rahasia-b", (204,)),
    Attack("DELETE", "Observation?patient.name=rahasia", (204,)),
    Attack("PUT", f"Observation?identifier={NUMBERS}|rahasia-b", (404,), observation("o-b", "a")),
    Attack("POST", "Observation", (404,), NEW_FOR_B, {"If-None-Exist": f"identifier={NUMBERS}|rahasia-b"}),
    Attack("POST", "Observation", (404,), _write(observation("x", "a", focus=[{"reference": "Patient/b"}]))),
    Attack("POST", "Observation", (404,), _write(observation("x", "a", encounter={"reference": "Encounter/visit-b"}))),
    Attack(
        "POST", "Observation", (404,), _write(observation("x", "a", derivedFrom=[{"reference": "Observation/o-b"}]))
    ),
    Attack("POST", "Observation", (404,), _write(observation("x", "a", performer=[{"reference": "Patient/b"}]))),
    Attack("POST", "DocumentReference", (404,), DOCUMENT),
    Attack("PUT", "Binary/bin-b", (403,), "x", {"Content-Type": "text/plain", "X-Security-Context": "Patient/a"}),
    Attack("POST", "Binary", (404,), "x", {"Content-Type": "text/plain", "X-Security-Context": "Patient/b"}),
    Attack(
        "POST", "Binary", (404,), "x" * 400_000, {"Content-Type": "text/plain", "X-Security-Context": "Observation/o-b"}
    ),
    Attack(
        "POST",
        "Binary",
        (404,),
        {"resourceType": "Binary", "contentType": "a/b", "securityContext": {"reference": "Patient/b"}},
    ),
    Attack("POST", "Bundle", (404,), {"resourceType": "Bundle", "type": "collection"}),
    Attack("POST", "Group", (403,), {"resourceType": "Group", "type": "person", "actual": True}),
    Attack("POST", "Subscription", (403,), {"resourceType": "Subscription", "criteria": "Observation?patient=b"}),
    Attack("POST", "Organization", (403,), {"resourceType": "Organization", "name": "x"}),
    Attack(
        "POST",
        "",
        (404,),
        _bundle(
            ("POST", "Observation", _write(observation("x", "a"))), ("PUT", "Observation/o-b", observation("o-b", "a"))
        ),
    ),
    Attack("POST", "", (404,), _bundle(("POST", "Observation", NEW_FOR_B))),
    Attack(
        "POST",
        "",
        (412,),
        _bundle(
            (
                "POST",
                "Observation",
                _write(observation("x", "a", subject={"reference": f"Patient?identifier={NUMBERS}|rahasia-b"})),
            )
        ),
    ),
    Attack(
        "POST",
        "",
        (404,),
        _bundle(("POST", "Observation", _write(observation("x", "a", derivedFrom=[{"reference": "Observation/o-b"}])))),
    ),
    Attack(
        "POST",
        "",
        (200,),
        _bundle(*(("GET", attack.url, None) for attack in READS if attack.method == "GET"), type="batch"),
    ),
    Attack(
        "POST",
        "",
        (200,),
        _bundle(("DELETE", "Observation/o-b", None), ("PUT", "Observation/o-b", observation("o-b", "a")), type="batch"),
    ),
    Attack("POST", "Observation/_search", (200,), f"identifier={NUMBERS}|rahasia-b", {"Content-Type": FORM}),
    Attack("POST", "Observation/_search", (200,), "patient.name=rahasia", {"Content-Type": FORM}),
    Attack("POST", "Patient/_search", (200,), "name=rahasia&_summary=count", {"Content-Type": FORM}),
    Attack("POST", "Patient/b/Observation/_search", (200,), "_count=100", {"Content-Type": FORM}),
    Attack("POST", "Patient/b/$break-glass", (403,), {"resourceType": "Parameters"}),
]
ATTACKS = [*READS, *SEARCHES, *OPERATIONS, *INCLUDES, *PROBES, *WRITES]
