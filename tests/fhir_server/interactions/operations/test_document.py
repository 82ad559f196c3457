"""$document: the Composition and all that it needs, whole or not at all, and signed so that a changed byte shows."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from joserfc.jwk import ECKey

from fhir_server.changes import Change
from fhir_server.interactions.operations import signing
from fhir_server.record import Record
from fhir_server.references import local
from fhir_server.store.store import Store
from resources.formats import json_format
from resources.formats.malformed import Malformed
from tests.callers import bound, staff
from tests.fhir_server.conftest import BASE
from tests.fhir_server.interactions.operations.charts import (
    HB,
    REPORT,
    SECRET,
    SITE,
    Json,
    ask,
    composition,
    problems,
    put,
    reference,
    refused,
    sent,
    urls,
)

RESTRICTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}


WHOLE = [
    *("Composition/resume", "Patient/a", "Encounter/kunjungan", "Practitioner/dokter", "Organization/rs"),
    *("Condition/demam", "MedicationRequest/resep", "DiagnosticReport/hasil"),
    *("PractitionerRole/peran", "Location/poli", "Organization/dinas", "Medication/obat"),
    *("Observation/hb", "Observation/suhu"),
]


async def test_the_composition_first_then_all_that_it_needs_each_once(resume: Record) -> None:
    found = await ask(resume, "Composition/resume/$document")
    assert problems(found) == []
    assert found["type"] == "document"
    assert found["identifier"]["system"] == "urn:ietf:rfc:3986"
    assert found["identifier"]["value"].startswith("urn:uuid:")
    assert urls(found) == WHOLE
    assert SECRET not in str(found)


async def test_every_reference_leads_to_an_entry(resume: Record) -> None:
    """But a link to another Patient, who is no part of it."""
    found = await ask(resume, "Composition/resume/$document")
    inside = {row["fullUrl"] for row in found["entry"]}
    referred = {f"{BASE}/{type}/{id}" for row in found["entry"] for type, id in local(row["resource"], BASE)}
    assert referred - inside == {f"{BASE}/Patient/b"}
    for row in found["entry"]:
        assert row["fullUrl"] == f"{BASE}/{row['resource']['resourceType']}/{row['resource']['id']}"


async def test_each_is_another_document(resume: Record) -> None:
    one, other = [await ask(resume, "Composition/resume/$document") for _ in range(2)]
    assert one["identifier"] != other["identifier"]


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        (composition("x", "Observation/tak-ada"), "Observation/tak-ada"),
        (composition("x", "Observation/milik-b"), "Observation/milik-b"),
        (composition("x", "Patient/b"), "Patient/b"),
        (composition("x", author=[reference("Practitioner/tak-ada")]), "Practitioner/tak-ada"),
        (composition("x", attester=[{"mode": "legal", "party": reference("Practitioner/x")}]), "Practitioner/x"),
        (composition("x", author=[reference("https://lain.example/fhir/Practitioner/1")]), "lain.example"),
        (composition("x", "Observation/lama"), "Observation/milik-b"),
        (composition("x", "Condition/terhapus"), "Condition/terhapus"),
    ],
)
async def test_never_a_hole(resume: Record, broken: Json, names: str) -> None:
    """What is missing, deleted, another patient's or on another server, referred to directly or not."""
    gone = {"resourceType": "Condition", "id": "terhapus", "subject": reference("Patient/a")}
    await put(resume, gone, broken)
    await resume.commit([Change.delete("Condition", "terhapus")])
    error = await refused(resume, "Composition/x/$document")
    assert (error.status, error.issues[0].code) == (422, "not-found")
    assert names in error.issues[0].text.en


async def test_what_the_caller_may_not_read_is_a_hole_too(resume_store: Store, resume: Record) -> None:
    scope = "user/Composition.rs user/Patient.rs user/Encounter.rs user/Condition.rs user/Practitioner.rs"
    error = await refused(Record(resume_store, bound("siti", "a", scope=scope), SITE), "Composition/resume/$document")
    assert (error.status, "Organization/rs" in error.issues[0].text.en) == (422, True)
    siti = Record(resume_store, bound("siti", "a"), SITE)
    assert urls(await ask(siti, "Composition/resume/$document")) == WHOLE
    for caller, status in ((bound("budi", "b"), 404), (staff(), 403)):
        assert (await refused(Record(resume_store, caller, SITE), "Composition/resume/$document")).status == status


@pytest.mark.parametrize("id", ["resume", "Composition/resume", f"{BASE}/Composition/resume"])
async def test_by_its_id_as_a_parameter(resume: Record, id: str) -> None:
    assert urls(await ask(resume, f"Composition/$document?id={id}")) == WHOLE
    assert urls(await ask(resume, "Composition/$document", sent(id=("Uri", id)))) == WHOLE


@pytest.mark.parametrize(
    "url",
    [
        "Composition/$document",
        "Composition/$document?id=Patient/a",
        "Composition/$document?id=https://lain.example/fhir/Composition/1",
        "Composition/resume/$document?id=resume",
        "Composition/resume/$document?persist=ya",
        "Composition/resume/$document?graph=x",
    ],
)
async def test_what_is_not_understood(resume: Record, url: str) -> None:
    assert (await refused(resume, url)).status == 400


async def test_it_is_stored_where_that_is_asked_for(store: Store, own_resume: Record) -> None:
    """As part of the patient's record: who reaches another does not see it."""
    kept = await ask(own_resume, "Composition/resume/$document?persist=true")
    assert kept["id"]
    assert urls(kept) == WHOLE
    stored = await own_resume.read("Bundle", kept["id"])
    assert stored["resource"] == kept
    assert stored["compartments"]["Patient"] == ["a"]
    assert await signed_by_us(own_resume, kept)
    assert (await ask(Record(store, bound("siti", "a"), SITE), f"Bundle/{kept['id']}")) == kept
    assert (await refused(Record(store, bound("budi", "b"), SITE), f"Bundle/{kept['id']}")).status == 404
    assert f"Bundle/{kept['id']}" in urls(await ask(own_resume, "Patient/a/$everything"))


async def test_a_head_request_stores_nothing(own_resume: Record) -> None:
    await ask(own_resume, "Composition/resume/$document?persist=true", method="HEAD")
    assert "Bundle" not in await own_resume.types()


async def test_it_is_as_confidential_as_what_is_in_it(own_resume: Record) -> None:
    await put(own_resume, {**HB, "meta": {"security": [RESTRICTED]}}, {**REPORT, "meta": {"security": [RESTRICTED]}})
    found = await ask(own_resume, "Composition/resume/$document")
    assert found["meta"] == {"security": [RESTRICTED]}


async def test_a_file_comes_along_with_its_content(own_resume: Record) -> None:
    """Also one whose content lies beside the Binary."""
    content = bytes(Random(1).randrange(256) for _ in range(300_000))
    file = {"resourceType": "Binary", "contentType": "application/pdf", "securityContext": reference("Patient/a")}
    await put(
        own_resume,
        {**file, "id": "berkas", "data": base64.b64encode(b"%PDF-" + content).decode()},
        composition("x", "DocumentReference/surat"),
    )
    found = await ask(own_resume, "Composition/x/$document")
    (binary,) = [row["resource"] for row in found["entry"] if row["resource"]["resourceType"] == "Binary"]
    assert base64.b64decode(binary["data"]) == b"%PDF-" + content


async def signed_by_us(record: Record, bundle: Json) -> bool:
    key = signing.public(signing.key_of(await record.document_key()))
    return signing.is_genuine(json_format.read(json_format.write(bundle)), key)


async def test_a_flipped_byte_is_found(resume: Record) -> None:
    found = await ask(resume, "Composition/resume/$document")
    signature = found["signature"]
    assert signature["sigFormat"] == "application/jose"
    assert signature["type"][0]["code"] == "1.2.840.10065.1.12.1.5"
    header, payload, _ = base64.b64decode(signature["data"]).split(b".")
    assert payload == b""
    assert json.loads(base64.urlsafe_b64decode(header + b"=="))["alg"] == "ES256"
    assert await signed_by_us(resume, found)
    dice, text, noticed = Random(7), json_format.write(found), 0
    key = signing.public(signing.key_of(await resume.document_key()))
    for _ in range(300):
        place = dice.randrange(len(text))
        flipped = bytes([*text[:place], text[place] ^ 1 << dice.randrange(7), *text[place + 1 :]])
        try:
            bundle = json_format.read(flipped)
        except Malformed:
            continue
        if bundle == json_format.read(text) or within(bundle, found):
            continue
        assert not signing.is_genuine(bundle, key), (place, flipped[place - 30 : place + 30])
        noticed += 1
    assert noticed > 100


def within(changed: Json, original: Json) -> bool:
    """Whether they differ in what a signature does not cover only: what it says of itself."""
    return all(
        changed.get(name) == original.get(name) for name in changed.keys() | original.keys() if name != "signature"
    )


CHANGES: tuple[tuple[str, Any], ...] = (
    ("identifier", {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:x"}),
    ("timestamp", "2026-01-01T00:00:00Z"),
    ("entry", []),
    ("signature", {}),
    ("signature", None),
    ("signature", {"data": "x"}),
    ("signature", {"data": base64.b64encode(b"a..b").decode()}),
    ("signature", {"data": base64.b64encode(b"a.b").decode()}),
)


@pytest.mark.parametrize(("name", "value"), CHANGES)
async def test_a_change_is_found(resume: Record, name: str, value: Any) -> None:
    found = await ask(resume, "Composition/resume/$document")
    assert not await signed_by_us(resume, {**found, name: value})


async def test_numbers_keep_their_digits_and_other_keys_are_none(resume: Record) -> None:
    found = await ask(resume, "Composition/resume/$document")
    assert b'"value":12.50' in signing.canonical(found)
    text = json_format.write(found).replace(b"12.50", b"12.5")
    key = signing.key_of(await resume.document_key())
    assert not signing.is_genuine(json_format.read(text), signing.public(key))
    assert not signing.is_genuine(found, signing.public(signing.key_of(b"x" * 32)))
    assert not signing.is_genuine(found, ECKey.generate_key("P-256"))


@pytest.mark.parametrize("secret", [bytes(32), b"\xff" * 32, signing.ORDER.to_bytes(32)])
def test_any_secret_is_a_key(secret: bytes) -> None:
    bundle = {"resourceType": "Bundle", "type": "document"}
    key = signing.key_of(secret)
    assert key.thumbprint() == signing.key_of(secret).thumbprint()
    assert not signing.public(key).is_private
    signed = signing.signed(bundle, key, who=BASE, when=datetime(2026, 1, 1, tzinfo=UTC))
    assert signing.is_genuine({**signed, "id": "x", "meta": {"versionId": "1"}}, signing.public(key))
