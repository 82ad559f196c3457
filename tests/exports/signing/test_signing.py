"""A document is signed once; its signature verifies, and one flipped byte or a later edit is found."""

from __future__ import annotations

import asyncio
import base64
import io
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pyhanko.pdf_utils.generic import NameObject, NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pymongo import MongoClient

from exports import issued_document
from exports.issued_document import IssuedDocument
from exports.signing.bsre import BsreSigner
from exports.signing.local import LocalSigner
from exports.signing.port import Signatory, Unsigned
from fhir_server.errors import Conflict, FhirError, Forbidden, Invalid, Unavailable
from fhir_server.messages import Resource
from tests.exports import charts
from tests.exports.conftest import Counter, person
from tests.exports.signing import bsre_simulator
from tests.exports.signing.keys import authority, verified
from tests.exports.words import codes
from tests.fhir_server.conftest import BASE

VISIT, PATIENT, DOCTOR = "Encounter/kunjungan-000001-001", "pasien-000001", "nakes-013"
PASSPHRASE, WRONG = "kata sandi contoh", "bukan sandi ini"
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
    status = await asyncio.to_thread(verified, content)
    assert (status.intact, status.valid, status.trusted, status.bottom_line) == (True, True, True, True)
    assert document.sha256 == issued_document.sha256(content)
    place = content.index(b"/MediaBox") + 11
    flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert not (await asyncio.to_thread(verified, flipped)).bottom_line
    assert not (await asyncio.to_thread(verified, _edited(content))).bottom_line
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

    async def sign(self, file: Unsigned, who: Signatory) -> bytes:
        self.times += 1
        return await self._signer.sign(file, who)


async def test_a_wrong_passphrase_fails_and_may_be_tried_again(counter: Counter, keys: Path) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    with pytest.raises(Invalid):
        await _sign(counter, draft["id"], "salah")
    failed = await _state(counter, draft["id"])
    assert (failed.state, failed.reason) == ("failed", "Passphrase salah.")
    assert (await _sign(counter, draft["id"])).state == "signed"


async def test_what_is_unknown_waits_for_a_person(counter: Counter) -> None:
    async with bsre_simulator.simulated("slow") as service:
        counter.signer = _bsre(service.url, 1)
        draft = await _draft(counter)
        await _give_nik(counter)
        with pytest.raises(Unavailable):
            await _sign(counter, draft["id"])
        assert (await _state(counter, draft["id"])).state == "unknown"
        service.mood, counter.signer = "sign", _bsre(service.url)
        with pytest.raises(Conflict):
            await _sign(counter, draft["id"])
        assert len(service.asked) == 1
        document = await _sign(counter, draft["id"], unsigned=True)
    assert document.state == "signed"
    assert (await asyncio.to_thread(verified, await _content(counter, document.content))).bottom_line


def _bsre(url: str, seconds: float = 20) -> BsreSigner:
    return BsreSigner(url, bsre_simulator.USER, SecretStr(bsre_simulator.PASSWORD), seconds)


async def test_what_bsre_signs_has_its_code_where_the_draft_has_ours(counter: Counter, tmp_path: Path) -> None:
    async with bsre_simulator.simulated() as service:
        counter.signer = _bsre(service.url)
        draft = await _draft(counter)
        await _give_nik(counter)
        document = await _state(counter, draft["id"])
        shown = await _content(counter, document.content)
        signed = await _content(counter, (await _sign(counter, draft["id"])).content)
    check = f"{BASE.removesuffix('/fhir')}/v/{document.verification}"
    assert [asked["linkQR"] for asked in service.asked] == [check]
    assert ("^" in charts.text_of(shown, tmp_path), charts.text_of(signed, tmp_path).count("^")) == (False, 1)
    for content in (shown, signed):
        assert [found.text for found in codes(content, tmp_path)] == [check, check]


async def test_keys_of_the_hospitals_own_do_not_sign_what_bsre_was_to_sign(counter: Counter, keys: Path) -> None:
    counter.signer = _bsre("http://127.0.0.1:1")
    draft = await _draft(counter)
    counter.signer = LocalSigner(keys)
    with pytest.raises(Invalid):
        await _sign(counter, draft["id"])
    assert "BSrE" in (await _state(counter, draft["id"])).reason


async def test_bsre_signs_a_draft_without_an_anchor_unseen(counter: Counter) -> None:
    draft = await _draft(counter)
    await _give_nik(counter)
    async with bsre_simulator.simulated() as service:
        counter.signer = _bsre(service.url)
        assert (await _sign(counter, draft["id"])).state == "signed"
        assert [asked["tampilan"] for asked in service.asked] == ["invisible"]


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
    async def sign(self, file: Unsigned, who: Signatory) -> bytes:
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


async def test_only_a_person_signs_and_says_the_passphrase(counter: Counter, keys: Path) -> None:
    counter.signer = LocalSigner(keys)
    draft = await _draft(counter)
    with pytest.raises(Forbidden):
        await counter.ask(f"DocumentReference/{draft['id']}/$sign", passphrase=PASSPHRASE)
    with pytest.raises(FhirError):
        await counter.ask(f"DocumentReference/{draft['id']}/$sign", SIGNER)
    assert (await _state(counter, draft["id"])).state == "draft"


@pytest.mark.parametrize("through", ["keys", "bsre"])
async def test_the_passphrase_is_kept_and_logged_nowhere(
    through: str, counter: Counter, keys: Path, caplog: pytest.LogCaptureFixture, kept: Callable[[], list[Any]]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with bsre_simulator.simulated() as service:
        counter.signer = LocalSigner(keys) if through == "keys" else _bsre(service.url)
        draft = await _draft(counter)
        await _give_nik(counter)
        with pytest.raises(Invalid):
            await _sign(counter, draft["id"], WRONG)
        assert (await _sign(counter, draft["id"])).state == "signed"
    found = await asyncio.to_thread(kept)
    assert any("$sign" in str(document) for document in found)
    assert caplog.records
    for passphrase in (PASSPHRASE, WRONG):
        assert passphrase not in str(found)
        assert passphrase not in caplog.text + str([vars(record) for record in caplog.records])


@pytest.fixture
def kept(mongodb_uri: str, database_name: str) -> Callable[[], list[Any]]:
    """All that the database holds."""
    return lambda: _kept(mongodb_uri, database_name)


def _kept(uri: str, name: str) -> list[Any]:
    with MongoClient[dict[str, Any]](uri) as client:
        database = client[name]
        return [document for each in database.list_collection_names() for document in database[each].find()]
