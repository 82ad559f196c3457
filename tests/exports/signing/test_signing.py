"""A document is signed once; its signature verifies, and one flipped byte or a later edit is found."""

from __future__ import annotations

import asyncio
import base64
import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretStr
from pyhanko.pdf_utils.generic import NameObject, NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pymongo import MongoClient

from exports import issued_document
from exports.issued_document import IssuedDocument
from exports.signing.bsre import BsreSigner
from exports.signing.local import LocalSigner
from exports.signing.port import Signatory
from fhir_server.errors import Conflict, FhirError, Forbidden, Invalid, Unavailable
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.conftest import Counter, person
from tests.exports.signing import bsre_simulator
from tests.exports.signing.keys import authority

VISIT, PATIENT, DOCTOR = "Encounter/kunjungan-000001-001", "pasien-000001", "nakes-013"
PASSPHRASE = "kata sandi contoh"
SIGNER = person("dokter", PATIENT, id=f"Practitioner/{DOCTOR}")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    authority().give(tmp_path, DOCTOR, "dr. Contoh", PASSPHRASE)
    return tmp_path


async def _draft(counter: Counter) -> Resource:
    await counter.fill(1)
    answer = await counter.ask(f"{VISIT}/$issue", SIGNER, document="resume-medis", signature="electronic")
    assert answer.resource is not None
    return answer.resource


async def _sign(counter: Counter, id: str, passphrase: str = PASSPHRASE, *, unsigned: bool = False) -> IssuedDocument:
    answer = await counter.ask(f"DocumentReference/{id}/$sign", SIGNER, passphrase=passphrase, unsigned=unsigned)
    assert answer.resource is not None
    document = issued_document.read(answer.resource)
    assert document is not None
    return document


async def _state(counter: Counter, id: str) -> IssuedDocument:
    document = issued_document.read((await counter.record().read("DocumentReference", id))["resource"])
    assert document is not None
    return document


async def _content(counter: Counter, id: str) -> bytes:
    resource = (await counter.record().read("Binary", id))["resource"]
    return base64.b64decode(resource["data"])


def _status(content: bytes) -> PdfSignatureStatus:
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    root = x509.Certificate.load(authority().certificate.public_bytes(Encoding.DER))
    return validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))


async def test_a_signature_verifies_and_a_changed_file_does_not(counter: Counter, keys: Path, tmp_path: Path) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    before = await _state(counter, draft["id"])
    assert (before.state, draft["docStatus"]) == ("draft", "preliminary")
    shown = await _content(counter, before.content)
    assert _letters(charts.text_of(shown, tmp_path)) >= set("DRAF")
    document = await _sign(counter, draft["id"])
    assert (document.state, document.number) == ("signed", before.number)
    content = await _content(counter, document.content)
    status = await asyncio.to_thread(_status, content)
    assert (status.intact, status.valid, status.trusted, status.bottom_line) == (True, True, True, True)
    assert document.sha256 == issued_document.sha256(content)
    place = content.index(b"/MediaBox") + 11
    flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert not (await asyncio.to_thread(_status, flipped)).bottom_line
    assert not (await asyncio.to_thread(_status, _edited(content))).bottom_line
    assert "No syntax or stream encoding errors found" in charts.checked(content, tmp_path)
    assert "Signature is Valid" in await asyncio.to_thread(_pdfsig, tmp_path / "document.pdf")


def _pdfsig(path: Path) -> str:
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


def _letters(text: str) -> set[str]:
    return set(text)


def _edited(content: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Rotate")] = NumberObject(90)  # type: ignore[no-untyped-call]
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


async def test_only_the_doctor_that_the_document_names_signs_it(counter: Counter, keys: Path) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    assert draft["author"] == [{"reference": f"Practitioner/{DOCTOR}"}]
    authority().give(keys, "nakes-001", "dr. Lain", PASSPHRASE)
    with pytest.raises(Forbidden):
        await counter.ask(f"DocumentReference/{draft['id']}/$sign", person("dokter", PATIENT), passphrase=PASSPHRASE)
    assert (await _state(counter, draft["id"])).state == "draft"


async def test_a_document_without_a_known_doctor_is_signed_with_a_pen(counter: Counter) -> None:
    await counter.fill(1)
    visit = (await counter.record().read("Encounter", VISIT.partition("/")[2]))["resource"]
    await counter.put({name: value for name, value in visit.items() if name != "participant"})
    with pytest.raises(Conflict):
        await counter.ask(f"{VISIT}/$issue", document="resume-medis", signature="electronic")
    assert (await counter.ask(f"{VISIT}/$issue", document="resume-medis")).status == 201


async def test_of_many_who_sign_at_once_one_does(counter: Counter, keys: Path) -> None:
    signer = _Counting(LocalSigner(keys))
    counter.signer = signer
    draft = await _draft(counter)
    found = await asyncio.gather(*(_sign(counter, draft["id"]) for _ in range(8)), return_exceptions=True)
    assert signer.times == 1
    assert sum(isinstance(one, IssuedDocument) for one in found) == 1
    assert all(isinstance(one, IssuedDocument | FhirError) for one in found)
    with pytest.raises(Conflict):
        await _sign(counter, draft["id"])
    assert (await _state(counter, draft["id"])).state == "signed"


class _Counting:
    def __init__(self, signer: LocalSigner) -> None:
        self._signer = signer
        self.times = 0

    async def sign(self, content: bytes, who: Signatory, reason: str) -> bytes:
        self.times += 1
        return await self._signer.sign(content, who, reason)


async def test_a_wrong_passphrase_fails_and_may_be_tried_again(counter: Counter, keys: Path) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    with pytest.raises(Invalid):
        await _sign(counter, draft["id"], "salah")
    failed = await _state(counter, draft["id"])
    assert (failed.state, failed.reason) == ("failed", "Passphrase salah.")
    assert (await _sign(counter, draft["id"])).state == "signed"


async def test_what_is_unknown_waits_for_a_person(counter: Counter) -> None:
    draft = await _draft(counter)
    await _give_nik(counter)
    async with bsre_simulator.simulated("slow") as service:
        password = SecretStr(bsre_simulator.PASSWORD)
        counter.signer = BsreSigner(service.url, bsre_simulator.USER, password, 0.5)
        with pytest.raises(Unavailable):
            await _sign(counter, draft["id"])
        assert (await _state(counter, draft["id"])).state == "unknown"
        service.mood = "sign"
        with pytest.raises(Conflict):
            await _sign(counter, draft["id"])
        assert len(service.asked) == 1
        document = await _sign(counter, draft["id"], unsigned=True)
    assert document.state == "signed"
    assert (await _content(counter, document.content)).endswith(bsre_simulator.SIGNED)


async def _give_nik(counter: Counter) -> None:
    resource = (await counter.record().read("Practitioner", DOCTOR))["resource"]
    identifiers = [row for row in resource["identifier"] if not row["system"].endswith("/nik")]
    nik = {"system": "https://fhir.kemkes.go.id/id/nik", "value": bsre_simulator.NIK}
    await counter.put({**resource, "identifier": [*identifiers, nik]})


async def test_a_claim_that_nobody_ended_becomes_unknown(counter: Counter, keys: Path) -> None:
    draft = await _draft(counter)
    counter.signer = _Dying()
    with pytest.raises(RuntimeError):
        await _sign(counter, draft["id"])
    counter.signer = LocalSigner(keys)
    assert (await _state(counter, draft["id"])).state == "signing"
    with pytest.raises(Conflict):
        await _sign(counter, draft["id"], unsigned=True)
    counter.clock.pass_by(minutes=6)
    with pytest.raises(Conflict):
        await _sign(counter, draft["id"])
    assert (await _sign(counter, draft["id"], unsigned=True)).state == "signed"


class _Dying:
    async def sign(self, content: bytes, who: Signatory, reason: str) -> bytes:
        raise RuntimeError("the process ends here")


async def test_a_revoked_document_and_one_of_paper_are_not_signed(counter: Counter, keys: Path) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    await counter.ask(f"DocumentReference/{draft['id']}/$revoke", SIGNER, reason="Salah")
    with pytest.raises(Conflict):
        await _sign(counter, draft["id"])
    paper = (await counter.ask(f"{VISIT}/$issue", SIGNER, document="resume-medis")).resource
    assert paper is not None
    with pytest.raises(Conflict):
        await _sign(counter, paper["id"])


async def test_only_a_person_signs_and_the_passphrase_is_kept_nowhere(
    counter: Counter, keys: Path, mongodb_uri: str, database_name: str
) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    with pytest.raises(Forbidden):
        await counter.ask(f"DocumentReference/{draft['id']}/$sign", passphrase=PASSPHRASE)
    with pytest.raises(FhirError):
        await counter.ask(f"DocumentReference/{draft['id']}/$sign", SIGNER)
    await _sign(counter, draft["id"])
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        database = client[database_name]
        kept = [document for name in database.list_collection_names() for document in database[name].find()]
    assert any("$sign" in str(document) for document in kept)
    assert PASSPHRASE not in str(kept)
