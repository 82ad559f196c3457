"""DocumentReference/$docref: the documents of one patient by the time of the care, by type, or the newest."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_server.record import Record
from fhir_server.store.store import Store
from tests.callers import bound
from tests.fhir_server.interactions.operations.charts import (
    SECRET,
    SITE,
    Json,
    ask,
    link,
    problems,
    put,
    reference,
    refused,
    sent,
    urls,
    walked,
)

LOINC = "http://loinc.org"


def letter(id: str, patient: str = "a", code: str = "34133-9", **more: Any) -> Json:
    return {
        "resourceType": "DocumentReference",
        "id": id,
        "status": "current",
        "type": {"coding": [{"system": LOINC, "code": code}]},
        "subject": reference(f"Patient/{patient}"),
        "content": [{"attachment": {"title": "x"}}],
        **more,
    }


def period(start: str, end: str) -> Json:
    return {"period": {"start": start, "end": end}}


LETTERS = (
    letter("januari", date="2026-01-20T00:00:00Z", context=period("2026-01-05", "2026-01-10")),
    letter("februari", date="2026-02-20T00:00:00Z", code="18842-5"),
    letter("maret", date="2026-03-20T00:00:00Z", context=period("2026-03-01", "2026-03-10")),
    letter("diganti", date="2026-04-01T00:00:00Z", status="superseded"),
    letter("profil", date="2026-01-01T00:00:00Z", meta={"profile": ["http://x/profil"]}),
    letter("milik-b", "b", date="2026-05-01T00:00:00Z", description=SECRET),
)


@pytest.fixture(scope="module")
async def letters(resume_store: Store, resume: Record) -> Record:
    await put(resume, *LETTERS)
    return resume


def ids(found: list[str]) -> list[str]:
    return [one.partition("/")[2] for one in found]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["maret"]),
        (f"&type={LOINC}|18842-5", ["februari"]),
        ("&type=34133-9", ["maret"]),
        ("&start=2026-01-10", ["maret", "februari", "januari", "surat"]),
        ("&start=2026-01-11", ["maret", "februari", "surat"]),
        ("&end=2026-01-04", ["profil", "surat"]),
        ("&end=2026-01-05", ["januari", "profil", "surat"]),
        ("&start=2026-02&end=2026-02", ["februari", "surat"]),
        ("&start=2026-03-05&end=2026-03-06", ["maret", "surat"]),
        ("&start=2025&type=18842-5", ["februari"]),
        ("&start=2020&profile=http://x/profil", ["profil"]),
        ("&on-demand=true&start=2020", []),
        ("&on-demand=false&start=2026-03", ["maret", "surat"]),
    ],
)
async def test_which_documents(letters: Record, query: str, expected: list[str]) -> None:
    for patient in ("a", "Patient/a"):
        found = await ask(letters, f"DocumentReference/$docref?patient={patient}{query}")
        assert problems(found) == []
        assert found["type"] == "searchset"
        assert ids(urls(found)) == expected
        assert SECRET not in str(found)


async def test_pages(letters: Record) -> None:
    found = await walked(letters, "DocumentReference/$docref?patient=a&start=2026-01-10&_count=1")
    assert ids(found) == ["maret", "februari", "januari", "surat"]


async def test_parameters_in_a_body(letters: Record) -> None:
    kind = {"coding": [{"system": LOINC, "code": "18842-5"}]}
    body = sent(patient=("Id", "a"), type=("CodeableConcept", kind), start=("DateTime", "2026"))
    assert ids(urls(await ask(letters, "DocumentReference/$docref", body))) == ["februari"]
    assert link(await ask(letters, "DocumentReference/$docref", body), "next") is None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("patient=", 400),
        ("patient=tak-ada", 404),
        ("patient=a&start=kemarin", 400),
        ("patient=a&start=2026)or(true", 400),
        ("patient=a&on-demand=ya", 400),
        ("patient=a&status=current", 400),
        ("patient=a&patient=b", 400),
        ("patient=a&_count=x&start=2026", 400),
    ],
)
async def test_refusals(letters: Record, query: str, status: int) -> None:
    assert (await refused(letters, f"DocumentReference/$docref?{query}")).status == status


async def test_whose_documents(resume_store: Store, letters: Record) -> None:
    siti = Record(resume_store, bound("siti", "a"), SITE)
    assert ids(urls(await ask(siti, "DocumentReference/$docref?patient=a"))) == ["maret"]
    assert (await refused(siti, "DocumentReference/$docref?patient=b")).status == 404
