"""A doctor's morning at /clinic in a real Chromium: the worklist, finding a patient, the chart, other apps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from playwright.async_api import Browser, Page

from tests.clinic.doctor import open_chart, picture, sign_in, window
from tests.clinic.hospital import Hospital
from tests.clinic.resources import HOSTILE, HOSTILE_PATIENT, LARGE, ZONE
from tests.processes import ROOT

AXE = ROOT / ".cache" / "axe-core" / "package" / "axe.min.js"
LONGEST_MS = 1000
STATE = "JSON.parse(sessionStorage.getItem('clinic.session'))"


@cache
def axe() -> str:
    assert AXE.exists(), f"no axe-core in {AXE.parent}: run `make test`, which fetches it"
    return AXE.read_text()


async def violations(page: Page) -> list[str]:
    await page.evaluate(axe())
    found: dict[str, Any] = await page.evaluate("axe.run()")
    return [f"{rule['id']} {node['html'][:150]}" for rule in found["violations"] for node in rule["nodes"]]


async def texts(page: Page, selector: str) -> list[str]:
    return [re.sub(r"\s+", " ", one).strip() for one in await page.locator(selector).all_inner_texts()]


async def test_the_day_is_in_the_order_of_who_comes_next(doctor: Page, hospital: Hospital) -> None:
    states = await texts(doctor, ".worklist tbody .state")
    assert states == ["Dilayani", "Dipanggil", *["Menunggu"] * 3, *["Di pendaftaran"] * 2, "Selesai"]
    assert await texts(doctor, ".worklist tbody .ticket") == ["A-3", "A-4", "A-9", "A-2", "A-5", "–", "–", "A-1"]
    assert await texts(doctor, ".worklist .tag") == ["Lanjut usia"]
    (large,) = await texts(doctor, ".worklist tbody tr:has-text('Halimatus Sakdiah')")
    began = await hospital.search("Encounter?_id=besar-hari-ini")
    since = datetime.fromisoformat(began[0]["period"]["start"])
    minutes = (datetime.now(UTC) - since) // timedelta(minutes=1)
    assert re.search(rf"990001 \d+ th · P Menunggu {since.astimezone(ZONE):%H.%M} ({minutes}|{minutes - 1}) mnt", large)
    assert await violations(doctor) == []
    await picture(doctor, "clinic-worklist")


async def test_the_list_keeps_itself_up_to_date(doctor: Page, hospital: Hospital) -> None:
    await doctor.keyboard.press("j")
    await doctor.keyboard.press("j")
    focused = "document.activeElement.dataset.key"
    before = await doctor.evaluate(focused)
    assert before == "Encounter/hari-ini-4"
    await hospital.change("Encounter/hari-ini-5", status="in-progress")
    await doctor.wait_for_selector(".worklist tr:nth-child(2) .state.serving", timeout=15_000)
    assert await doctor.evaluate(focused) == before
    await hospital.change("Encounter/hari-ini-5", status="arrived")


async def test_keys_alone_lead_to_a_chart_and_back(doctor: Page) -> None:
    await doctor.keyboard.press("j")
    name = await doctor.evaluate("document.activeElement.textContent")
    await doctor.keyboard.press("Enter")
    await doctor.wait_for_selector(".banner h1")
    assert await doctor.locator(".banner h1").inner_text() == name
    await doctor.keyboard.press("4")
    assert await doctor.evaluate("document.activeElement.textContent") == "4 Hasil pemeriksaan"
    await doctor.keyboard.press("?")
    assert "Kembali ke daftar pasien" in await doctor.locator("dialog").inner_text()
    assert await violations(doctor) == []
    await doctor.keyboard.press("Escape")
    await doctor.wait_for_selector("dialog", state="detached")
    await doctor.keyboard.press("Escape")
    await doctor.wait_for_selector(".worklist")


async def test_patients_are_found_by_name_record_number_and_nik(doctor: Page, hospital: Hospital) -> None:
    (patient,) = await hospital.search(f"Patient?_id={hospital.long}")
    name = patient["name"][0]["text"]
    numbers = [
        one["value"] for one in patient["identifier"] if "/mrn/" in one["system"] or one["system"].endswith("/nik")
    ]
    for typed in (" ".join(part[:4] for part in name.split()).lower(), *numbers):
        await doctor.keyboard.press("Escape")
        await doctor.keyboard.press("/")
        await doctor.keyboard.type(typed)
        await doctor.wait_for_selector(f".found a:has-text('{name}')")
        await doctor.fill("#find", "")
    await doctor.fill("#find", "tidak,ada|$")
    await doctor.wait_for_selector(".finder .note:has-text('Tidak ditemukan')")
    await doctor.fill("#find", numbers[0])
    await doctor.wait_for_selector(".found a")
    await doctor.keyboard.press("Enter")
    await doctor.wait_for_selector(f".banner h1:has-text('{name}')")


async def test_the_chart_shows_what_the_record_holds(doctor: Page, hospital: Hospital) -> None:
    await open_chart(doctor, hospital.long)
    (patient,) = await hospital.search(f"Patient?_id={hospital.long}")
    banner = await doctor.locator(".banner").inner_text()
    assert all(one["value"] in banner for one in patient["identifier"] if one["system"].endswith("/nik"))
    newest = await newest_of(hospital, "718-7")
    value = f"{newest['valueQuantity']['value']} g/dL".replace(".", ",")
    low, high = (str(newest["referenceRange"][0][side]["value"]).replace(".", ",") for side in ("low", "high"))
    (row,) = await texts(doctor, ".results tr:has-text('Hemoglobin')")
    assert f"Hemoglobin {value}" in row
    assert f"{low} – {high}" in row
    upper, lower = [await newest_of(hospital, code) for code in ("8480-6", "8462-4")]
    (tile,) = await texts(doctor, ".tile:has-text('Tekanan darah')")
    assert f"{upper['valueQuantity']['value']}/{lower['valueQuantity']['value']} mmHg" in tile
    codes = await texts(doctor, ".problems code")
    conditions = await hospital.search(f"Condition?subject=Patient/{hospital.long}&clinical-status=active")
    listed = {
        coding["code"] for one in conditions for coding in one["code"].get("coding", []) if "icd-10" in coding["system"]
    }
    assert set(codes) >= listed
    current = await texts(doctor, ".problems > .body > .rows > li > span")
    over = await hospital.search(f"Condition?subject=Patient/{hospital.long}&clinical-status=resolved")
    ended = {one["code"].get("text") or one["code"]["coding"][0]["display"] for one in over}
    assert current
    assert ended
    assert ended.isdisjoint(current)
    assert await violations(doctor) == []
    await picture(doctor, "clinic-chart")
    await doctor.click(".tile:has-text('Tekanan darah')")
    points = len(await hospital.search(f"Observation?subject=Patient/{hospital.long}&code=8480-6"))
    assert await doctor.locator("dialog circle").count() == 2 * points
    assert await doctor.locator("dialog tr").count() == points
    assert await violations(doctor) == []
    await picture(doctor, "clinic-plot")


async def newest_of(hospital: Hospital, code: str) -> dict[str, Any]:
    rows = await hospital.search(f"Observation?subject=Patient/{hospital.long}&code={code}")
    return dict(max(rows, key=lambda row: row["effectiveDateTime"]))


async def test_allergies_come_first(doctor: Page, hospital: Hospital) -> None:
    await open_chart(doctor, hospital.long)
    assert await texts(doctor, ".alert.none") == ["Alergi Tidak ada alergi yang tercatat."]
    await open_chart(doctor, LARGE)
    assert await texts(doctor, ".alert.allergies li") == ["Penisilin: Syok anafilaktik – berat Berisiko tinggi"]


async def test_documents_are_saved_as_pdf(doctor: Page, hospital: Hospital) -> None:
    await open_chart(doctor, hospital.long)
    for selector, name in ((".documents .pdf", "ringkasan-pasien"), (".visits .pdf >> nth=0", "resume-medis")):
        async with doctor.expect_download() as saving:
            await doctor.click(selector)
        saved = await saving.value
        assert saved.suggested_filename.startswith(name)
        assert (await saved.path()).read_bytes().startswith(b"%PDF-")


async def test_earlier_visits_are_shown_when_asked_for(doctor: Page, hospital: Hospital) -> None:
    await open_chart(doctor, hospital.long)
    visits = [
        one
        for one in await hospital.search(f"Encounter?subject=Patient/{hospital.long}")
        if one["status"] != "cancelled"
    ]
    assert len(visits) > 16
    assert await doctor.locator(".visits li").count() == 8
    await doctor.click("text=Kunjungan sebelumnya")
    await doctor.wait_for_selector(".visits li:nth-child(16)")


async def test_a_chart_of_2000_resources_is_there_within_a_second(doctor: Page) -> None:
    took = []
    for _ in range(3):
        await open_chart(doctor, LARGE)
        took.append(await doctor.evaluate("performance.getEntriesByName('chart').at(-1).duration"))
    assert min(took) <= LONGEST_MS, took
    for part, number in (("vitals", 200), ("results", 200)):
        (note,) = await texts(doctor, f".{part} .note")
        assert note == f"Hanya {number} catatan terbaru yang ditampilkan."
    assert await doctor.locator(".medicines .rows >> nth=0").locator("li").count() == 199
    assert await doctor.locator(".medicines .note").count() == 0, "all that are in use"


async def test_texts_of_a_record_never_run(doctor: Page) -> None:
    await open_chart(doctor, HOSTILE_PATIENT)
    for part in (
        ".banner h1",
        ".alert.allergies",
        ".alert.flags",
        ".problems",
        ".medicines",
        ".vitals",
        ".results",
        ".visits",
        ".documents",
    ):
        assert HOSTILE in await doctor.locator(part).inner_text(), part
    assert await doctor.locator("main :is(img, script)").count() == 0
    await doctor.click(".tile")
    assert HOSTILE in await doctor.locator("dialog").inner_text()
    assert await doctor.evaluate("window.hacked") is None
    assert await doctor.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_record_that_is_not_open_says_why(chromium: Browser, doctor: Page, hospital: Hospital) -> None:
    async with window(chromium, allowed=["404"]) as page:
        await page.context.add_cookies(await doctor.context.cookies())  # type: ignore[arg-type]
        await page.goto(f"{hospital.url}/clinic/")
        await page.evaluate(
            "kept => sessionStorage.setItem('clinic.session', kept)", await doctor.evaluate(f"JSON.stringify({STATE})")
        )
        await page.goto(f"{hospital.url}/clinic/#/patient/tidak-ada")
        await page.reload()
        await page.wait_for_selector("h1:has-text('Rekam medis ini tidak terbuka bagi Anda')")


async def test_another_app_opens_for_the_patient(doctor: Page, hospital: Hospital) -> None:
    await open_chart(doctor, hospital.child)
    await doctor.wait_for_selector(".apps a")
    await doctor.keyboard.press("a")
    link = await doctor.evaluate("document.activeElement.textContent")
    assert link == "Kurva pertumbuhan dan tanda vital ↗"
    async with doctor.context.expect_page() as opening:
        await doctor.click(".apps a")
    app = await opening.value
    (patient,) = await hospital.search(f"Patient?_id={hospital.child}")
    await app.click("main button >> nth=0")
    await app.click("button[value=approve]")
    await app.wait_for_selector(".curves >> nth=1")
    assert await app.locator(".banner h1").inner_text() == patient["name"][0]["text"]
    weights = await hospital.search(f"Observation?subject=Patient/{hospital.child}&code=29463-7")
    assert await app.locator(".curves >> nth=0").locator("circle").count() == len(weights)
    assert await violations(app) == []
    await picture(app, "clinic-growth")
    await app.close()


async def test_the_sample_app_opens_alone(doctor: Page, hospital: Hospital) -> None:
    app = await doctor.context.new_page()
    (patient,) = await hospital.search(f"Patient?_id={hospital.child}")
    await app.goto(f"{hospital.url}/clinic/growth/")
    await app.click("main a")
    await app.fill("#text", patient["name"][0]["text"])
    await app.click("button[value=find]")
    await app.click(f"button:has-text('{patient['name'][0]['text']}')")
    await app.click("button[value=approve]")
    await app.wait_for_selector(".curves")
    assert await app.locator(".banner h1").inner_text() == patient["name"][0]["text"]
    await app.close()


async def test_the_clinic_itself_opens_by_ehr_launch(doctor: Page, hospital: Hospital) -> None:
    page = await doctor.context.new_page()
    query = f"client_id=rsud-clinic&patient={hospital.long}&need_patient_banner=false"
    await page.goto(f"{hospital.url}/auth/launch?{query}")
    await page.click("main button >> nth=0")
    await page.click("button[value=approve]")
    await page.wait_for_selector("main:has(.chart):not(:has([aria-busy]))")
    assert await page.locator(".banner h1").count() == 0, "the system that opened it shows the patient"
    await page.goto(f"{hospital.url}/clinic/launch.html?iss=https://elsewhere.example/fhir&launch=x")
    await page.wait_for_selector(".problem:has-text('rumah sakitnya sendiri')")
    await page.close()


async def test_a_token_is_replaced_before_it_ends_and_revoked_at_the_end(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium, allowed=["401"]) as page:
        await sign_in(page, hospital, hospital.key())
        first = await page.evaluate(STATE)
        await page.evaluate(
            f"sessionStorage.setItem('clinic.session', JSON.stringify({{...{STATE}, until: Date.now() + 1000}}))"
        )
        await open_chart(page, hospital.long)
        second = await page.evaluate(STATE)
        assert second["access"] != first["access"]
        assert second["refresh"] != first["refresh"]
        assert await hospital.status_of(second["access"]) == 200
        await page.click("text=English")
        await page.wait_for_selector("h2:has-text('Medicines')")
        await page.click("text=Sign out")
        await page.wait_for_url("**/auth/logout")
        assert await page.evaluate("sessionStorage.length") == 0
        assert await hospital.status_of(second["access"]) == 401


async def test_who_comes_back_with_another_state_is_not_signed_in(chromium: Browser, hospital: Hospital) -> None:
    async with window(chromium) as page:
        sent: list[str] = []
        page.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
        await page.goto(f"{hospital.url}/clinic/")
        asked = "sessionStorage.setItem('clinic.asked', JSON.stringify({state: 'mine', verifier: 'v', nonce: 'n'}))"
        for query in (
            f"code=x&state=y&iss={hospital.url}",
            "code=x&state=mine&iss=https://elsewhere.example",
            "error=access_denied&state=mine",
        ):
            await page.evaluate(asked)
            await page.goto(f"{hospital.url}/clinic/?{query}")
            await page.wait_for_selector(".problem:has-text('Anda belum masuk')")
            assert await page.evaluate(STATE) is None
            assert page.url == f"{hospital.url}/clinic/"
        assert sent == []
