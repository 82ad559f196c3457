"""Links to a summary: made once, opened without an account, listed, and over when the patient says so."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from auth.users import User
from tests.auth.accounts import somebody
from tests.exports import charts
from tests.journeys.smart import Browser, serving
from tests.journeys.tokens import given
from tests.portal.conftest import DATABASE
from tests.portal.forms import send
from tests.portal.rights.test_access import eventually
from tests.portal.world import World

PATH = "/portal/share"
MAKE = ("", "")
NOT_GOOD = "Tautan ini tidak berlaku, atau sudah tidak berlaku."


async def made(browser: Browser, minutes: str = "15") -> tuple[httpx.Response, str]:
    """The page that shows a new link, and the path of the link."""
    page = await send(browser, await browser.get(PATH), MAKE, minutes=minutes)
    assert page.status_code == 200, page.text
    found = re.search(r'value="https://ehr\.test(/portal/shared/[A-Za-z0-9_-]{43})"', page.text)
    assert found is not None
    return page, found[1]


async def opened(world: World, path: str) -> httpx.Response:
    return await world.page(path.removeprefix("/portal"))


async def ended(world: World, browser: Browser) -> None:
    """All links."""
    page = await browser.get(PATH)
    for id in re.findall(r'name="revoke" value="([^"]+)"', page.text):
        assert (await send(browser, page, ("revoke", id))).status_code == 303


@pytest.fixture(autouse=True)
async def _no_links(world: World) -> None:
    """Those of other tests are over."""
    for user in (world.mother, world.stranger):
        async with world.browser(user) as browser:
            await ended(world, browser)


async def test_a_link_opens_the_summary_for_anybody_and_ends_at_once(world: World, tmp_path: Path) -> None:
    async with world.browser(world.mother) as browser:
        page, path = await made(browser)
        assert "<svg" in page.text
        assert page.headers["cache-control"] == "no-store"
        name = (
            await world.smart.fhir(f"Patient/{world.patient}", given(world.smart, "user/*.rs", world.mother))
        ).json()
        summary = await opened(world, path)
        assert summary.status_code == 200
        assert summary.headers["cache-control"] == "no-store"
        assert summary.headers["x-robots-tag"] == "noindex"
        assert "etag" not in summary.headers
        assert name["name"][0]["text"] in summary.text
        assert not re.search(r"</h2>\s*<h2>", summary.text), "a heading with nothing below it"
        for words in ("Alergi dan Intoleransi", "Masalah Kesehatan Aktif", "Obat yang Sedang Dipakai", "Imunisasi"):
            assert words in summary.text
        title = re.search("<title>(.*)</title>", summary.text)
        assert title is not None
        assert name["name"][0]["text"] not in title[1]
        assert "Allergies and intolerances" in (await opened(world, f"{path}?lang=en")).text
        paper = await opened(world, f"{path}/summary.pdf")
        assert paper.content.startswith(b"%PDF")
        printed = " ".join(charts.text_of(paper.content, tmp_path).split())
        assert "Dicetak oleh pemegang tautan dari pasien" in printed
        assert paper.headers["cache-control"] == "no-store"

        async def listed() -> str:
            return (await browser.get(PATH)).text

        page_text = await eventually(listed, "3 kali")
        assert path.rpartition("/")[2] not in page_text
        await ended(world, browser)
        assert "Tautan yang masih berlaku" not in (await browser.get(PATH)).text
    for address in (path, f"{path}/summary.pdf", f"/portal/shared/{'A' * 43}", "/portal/shared/x"):
        gone = await opened(world, address)
        assert (gone.status_code, NOT_GOOD in gone.text) == (404, True)


async def test_the_patient_sees_that_it_was_used(world: World) -> None:
    async with world.browser(world.stranger) as browser:
        _, path = await made(browser)
        await opened(world, path)

        async def access() -> str:
            return (await browser.get("/portal/rights/access")).text

        page = await eventually(access, "Pemegang tautan yang Anda bagikan")
        assert "melihat ringkasan rekam medis" in page
        assert path.rpartition("/")[2] not in page
        await ended(world, browser)


async def test_the_same_form_makes_one_link(world: World) -> None:
    async with world.browser(world.stranger) as browser:
        page = await browser.get(PATH)
        first, second = [(await send(browser, page, MAKE, minutes="60")).text for _ in range(2)]
        addresses = [re.search(r"/portal/shared/[A-Za-z0-9_-]{43}", text) for text in (first, second)]
        assert addresses[0] is not None
        assert addresses[1] is not None
        assert addresses[0][0] == addresses[1][0]
        assert (await browser.get(PATH)).text.count('name="revoke"') == 1
        await ended(world, browser)


async def test_what_is_confidential_is_left_out(world: World) -> None:
    clerk = given(world.smart, "system/*.cruds", None)
    condition = {
        "resourceType": "Condition",
        "meta": {
            "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}],
        },
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-category",
                        "code": "problem-list-item",
                    }
                ]
            }
        ],
        "code": {"text": "penyakit rahasia"},
        "subject": {"reference": f"Patient/{world.other}"},
    }
    plain = {
        **{name: value for name, value in condition.items() if name != "meta"},
        "code": {"text": 'penyakit <script>alert(1)</script> "><img src=x>'},
    }
    for one in (condition, plain):
        found = await world.smart.fhir("Condition", clerk, "POST", json=one)
        assert found.status_code == 201, found.text
    async with world.browser(world.stranger) as browser:
        _, path = await made(browser)
        page = (await opened(world, path)).text
        assert "penyakit rahasia" not in page
        assert "penyakit &lt;script&gt;" in page
        assert "<script>alert" not in page
        await ended(world, browser)


async def test_apps_neither_make_nor_change_nor_delete_links(world: World) -> None:
    token = given(world.smart, "patient/*.cruds user/*.cruds", world.stranger, patient=world.other)
    async with world.browser(world.stranger) as browser:
        await made(browser)
        query = f"Consent?patient={world.other}&category=urn:rsud-fhir:shared-link|link&status=active"
        (row,) = (await world.smart.fhir(query, token)).json()["entry"]
        consent = row["resource"]
        copy = {name: value for name, value in consent.items() if name not in ("id", "meta")}
        longer = {**consent, "status": "inactive"}
        path = f"Consent/{consent['id']}"
        statuses = [
            (await world.smart.fhir("Consent", token, "POST", json=copy)).status_code,
            (await world.smart.fhir(path, token, "PUT", json=longer)).status_code,
            (await world.smart.fhir(path, token, "DELETE")).status_code,
        ]
        assert statuses == [403, 403, 403]
        await ended(world, browser)


async def test_another_patients_link_and_stale_forms_are_refused(world: World) -> None:
    async with world.browser(world.stranger) as browser, world.browser(world.mother) as mother:
        await made(browser)
        page = await browser.get(PATH)
        (id,) = re.findall(r'name="revoke" value="([^"]+)"', page.text)
        theirs = await mother.get(PATH)
        assert (await send(mother, theirs, MAKE, revoke=id)).status_code == 404
        wrong = [
            ({"csrf": "x"}, 403),
            ({"patient": world.patient}, 409),
            ({"minutes": "99999"}, 400),
            ({"key": ""}, 400),
        ]
        for fields, status in wrong:
            answer = await send(browser, page, MAKE, **{"minutes": "15", **fields})
            assert answer.status_code == status
        assert (await browser.get(PATH)).text.count('name="revoke"') == 1
        await ended(world, browser)


async def test_an_address_may_look_at_a_few_only(world: World, mongodb_uri: str) -> None:
    async with serving(mongodb_uri, DATABASE, verify_per_address=1) as slow, slow.browser() as browser:
        statuses = [(await browser.get(f"/portal/shared/{'A' * 43}")).status_code for _ in range(2)]
    assert statuses == [404, 429]


async def test_so_many_links_and_no_more(world: World) -> None:
    user: User = somebody(world.smart.issuer, fhir_user=f"Patient/{world.child}")
    async with world.browser(user) as browser:
        await ended(world, browser)
        for _ in range(10):
            await made(browser)
        page = await send(browser, await browser.get(PATH), MAKE, minutes="15")
        assert page.status_code == 409
        assert "Akhiri salah satu dulu" in page.text
        await ended(world, browser)
