"""PDFs for the person whose record it is, and for nobody else."""

from __future__ import annotations

import pytest

from tests.portal.record.charts import Hospital, encounter
from tests.portal.world import World


async def test_a_document_is_drawn_and_kept_nowhere(world: World) -> None:
    page = await world.page(f"/documents/ringkasan-pasien/{world.patient}.pdf?language=en", world.mother)
    assert page.status_code == 200
    assert page.content.startswith(b"%PDF")
    assert page.headers["content-type"] == "application/pdf"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in page.headers["content-security-policy"]
    name = f'inline; filename="ringkasan-pasien-{world.patient}.pdf"'
    assert page.headers["content-disposition"] == name


async def test_every_document_that_is_offered_is_there(world: World) -> None:
    async with world.browser(world.mother) as browser:
        page = (await browser.get("/portal/record/documents")).text
        addresses = [part.split('"')[0] for part in page.split('href="/portal/documents/')[1:]]
        kinds = {address.partition("/")[0]: address for address in addresses}
        assert {"ringkasan-pasien", "riwayat-akses", "resume-medis", "resep", "hasil-laboratorium"} <= set(kinds)
        for address in kinds.values():
            paper = await browser.get(f"/portal/documents/{address}")
            assert paper.content.startswith(b"%PDF"), address


@pytest.mark.parametrize(
    "path",
    [
        "/documents/ringkasan-pasien/{other}.pdf",
        "/documents/ringkasan-pasien/tidak-ada.pdf",
        "/documents/ringkasan-pasien/%3Cscript%3E.pdf",
        "/documents/tidak-ada/{own}.pdf",
        "/documents/resume-medis/{own}.pdf",
        "/documents/ringkasan-pasien/{own}.pdf?nama=x",
        "/documents/issued/tidak-ada.pdf",
    ],
)
async def test_what_is_not_there_is_one_page(world: World, path: str) -> None:
    page = await world.page(path.format(own=world.patient, other=world.other), world.mother)
    assert page.status_code == 404
    assert "Dokumen ini tidak ada." in page.text


async def test_an_issued_document_is_its_patients(hospital: Hospital) -> None:
    person, other = await hospital.person(), await hospital.person()
    await person.has(encounter("1"))
    sent = {"resourceType": "Parameters", "parameter": [{"name": "document", "valueString": "ringkasan-pasien"}]}
    clerk = hospital.token("pmik")
    found = await hospital.world.smart.fhir(f"Patient/{person.id}/$issue", clerk, "POST", json=sent)
    assert found.status_code == 201, found.text
    path = f"/documents/issued/{found.json()['id']}.pdf"
    assert f'href="/portal{path}"' in (await person.page("/documents")).text
    assert f'href="/portal{path}"' not in (await other.page("/documents")).text
    paper = await hospital.world.page(path, person.user)
    assert paper.content.startswith(b"%PDF")
    assert (await hospital.world.page(path, other.user)).status_code == 404
    assert (await hospital.world.page(path)).status_code == 303
