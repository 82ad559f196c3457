"""Requests: sent once, seen by staff as Tasks, answered through FHIR, and shown with the answer."""

from __future__ import annotations

from datetime import timedelta

from auth.users import User
from tests.auth.accounts import somebody
from tests.journeys.tokens import given
from tests.portal.forms import send, sent
from tests.portal.world import World

PATH = "/portal/rights/requests"
SEND = ("", "")
HOSTILE = 'Salah nama <script>alert(1)</script> "><img src=x onerror=alert(1)> {{7*7}} mohon diperbaiki'


async def tasks(world: World, token: str, patient: str) -> list[dict[str, object]]:
    query = f"Task?patient={patient}&code=urn:rsud-fhir:rights-request|&_sort=authored-on"
    bundle = (await world.smart.fhir(query, token)).json()
    return [row["resource"] for row in bundle.get("entry", ())]


def patient(world: World, id: str) -> User:
    """An account of its own for one test."""
    return somebody(world.smart.issuer, fhir_user=f"Patient/{id}")


async def test_a_request_is_sent_once_and_answered_by_staff(world: World) -> None:
    clerk = given(world.smart, "user/*.cruds", somebody(world.smart.issuer, "pmik"))
    async with world.browser(world.mother) as browser:
        page = await browser.get(PATH)
        for _ in range(2):
            answer = await send(browser, page, SEND, kind="correction", said=HOSTILE)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?done=1")
        (task,) = await tasks(world, clerk, world.patient)
        assert task["requester"] == {"reference": f"Patient/{world.patient}"}
        assert task["description"] == HOSTILE
        shown = (await browser.get(PATH)).text
        assert "&lt;script&gt;" in shown
        assert "<script>alert" not in shown
        assert "<img" not in shown
        assert "49 mohon" not in shown
        assert "Terkirim" in shown
        assert "masih" in shown
        answered = {**task, "status": "completed", "note": [{"text": "Nama sudah <b>kami</b> perbaiki."}]}
        found = await world.smart.fhir(f"Task/{task['id']}", clerk, "PUT", json=answered)
        assert found.status_code == 200, found.text
        shown = (await browser.get(PATH)).text
        assert "Nama sudah &lt;b&gt;kami&lt;/b&gt; perbaiki." in shown
        assert "Selesai" in shown
        assert "Done" in (await browser.get(f"{PATH}?lang=en")).text


async def test_patients_write_no_task_by_themselves(world: World) -> None:
    own = given(world.smart, "user/*.cruds", world.mother)
    task = {"resourceType": "Task", "status": "requested", "intent": "order"}
    found = await world.smart.fhir("Task", own, "POST", json={**task, "for": {"reference": f"Patient/{world.patient}"}})
    assert found.status_code == 403


async def test_who_acts_for_a_child_asks_for_the_child_alone(world: World) -> None:
    clerk = given(world.smart, "user/*.cruds", somebody(world.smart.issuer, "pmik"))
    async with world.browser(world.mother, patient=world.child) as browser:
        await sent(browser, PATH, SEND, kind="copy", said="")
    (task,) = await tasks(world, clerk, world.child)
    assert task["requester"] == {
        "identifier": {"system": "urn:rsud-fhir:account", "value": "ibu"},
        "display": "ibu",
    }
    child = patient(world, world.child)
    assert "Beri saya salinan" in (await world.page("/rights/requests", child)).text
    nobody = patient(world, "pasien-000010")
    assert "Terkirim" not in (await world.page("/rights/requests", nobody)).text


async def test_what_is_refused_stands_in_the_form_still(world: World) -> None:
    own = "pasien-000009"
    user = patient(world, own)
    async with world.browser(user) as browser:
        page = await browser.get(PATH)
        refused = await send(browser, page, SEND, kind="deletion", said="hapus")
        assert refused.status_code == 400
        assert "Tuliskan dengan singkat" in refused.text
        assert ">hapus</textarea>" in refused.text
        for fields, status in (({"csrf": "x"}, 403), ({"key": "x"}, 400), ({"patient": world.patient}, 409)):
            typed = {"kind": "copy", "said": "", **fields}
            assert (await send(browser, page, SEND, **typed)).status_code == status
        unknown = await send(browser, page, SEND, kind="copy", said="", visit="kunjungan-orang-lain")
        assert unknown.status_code == 303
    clerk = given(world.smart, "user/*.cruds", somebody(world.smart.issuer, "pmik"))
    (task,) = await tasks(world, clerk, own)
    assert "encounter" not in task


async def test_the_clock_is_shown_and_what_is_late(world: World) -> None:
    clerk = given(world.smart, "user/*.cruds", somebody(world.smart.issuer, "pmik"))
    async with world.browser(world.stranger) as browser:
        await sent(browser, PATH, SEND, kind="deletion", said="Hapus nomor telepon lama saya.")
        task = (await tasks(world, clerk, world.other))[-1]
        now = world.smart.issuer.clock()
        late = {"authoredOn": (now - timedelta(days=4)).isoformat(timespec="seconds")}
        ended = {"restriction": {"period": {"end": (now - timedelta(days=1)).isoformat(timespec="seconds")}}}
        await world.smart.fhir(f"Task/{task['id']}", clerk, "PUT", json={**task, **late, **ended})
        assert "Batas waktu sudah lewat" in (await browser.get(PATH)).text
