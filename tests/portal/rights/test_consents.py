"""Consents at the page: what is decided lies in the record, keeps other facilities away, and its history stays."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from auth.users import User
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.record import Record
from main import open_record
from resources.privacy import CHOICES
from settings import Settings
from tests.auth.accounts import somebody
from tests.fhir_server.test_reach import visit
from tests.journeys.smart import FHIR, serving
from tests.journeys.tokens import given
from tests.portal.conftest import DATABASE
from tests.portal.forms import send
from tests.portal.world import World

PATH = "/portal/rights/consents"
ALLOW, DENY = ("decision", "allow"), ("decision", "deny")
OUTSIDE = "dokter-luar"


async def decide(world: World, user: User, choice: str, decision: str, **cookies: str) -> None:
    async with world.browser(user, **cookies) as browser:
        page = await browser.get(PATH)
        answer = await send(browser, page, ("decision", decision), choice=choice)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?done=1")


async def consents(world: World, user: User, patient: str) -> list[dict[str, object]]:
    bundle = (await world.smart.fhir(f"Consent?patient={patient}", given(world.smart, "user/*.rs", user))).json()
    return [row["resource"] for row in bundle.get("entry", ())]


async def outside(record: Record, patient: str) -> None:
    """A doctor of another hospital, who treats this patient."""
    rows: list[Resource] = [
        {"resourceType": "Organization", "id": "rs-luar", "name": "RS Luar"},
        {"resourceType": "Practitioner", "id": OUTSIDE, "name": [{"text": "dr. Luar"}]},
        {
            "resourceType": "PractitionerRole",
            "id": OUTSIDE,
            "practitioner": {"reference": f"Practitioner/{OUTSIDE}"},
            "organization": {"reference": "Organization/rs-luar"},
        },
        visit("kunjungan-luar", patient, "in-progress", "2026-11-24", by={"reference": f"Practitioner/{OUTSIDE}"}),
    ]
    await record.commit([Change.update(row, row["id"]) for row in rows])


async def test_not_to_other_facilities_keeps_their_token_away_and_ours_not(world: World, mongodb_uri: str) -> None:
    settings = Settings(mongodb_uri=SecretStr(mongodb_uri), mongodb_database=DATABASE, base_url=FHIR)
    async with open_record(settings) as record:
        await outside(record, world.child)
    doctor = somebody(world.smart.issuer, "dokter", fhir_user=f"Practitioner/{OUTSIDE}")
    tokens = [given(world.smart, "user/*.rs", who) for who in (doctor, somebody(world.smart.issuer, "pmik"))]
    seen = []
    for decision in ("", "deny", "allow"):
        if decision:
            await decide(world, world.mother, "other-facilities", decision, patient=world.child)
        # Another server, which remembers nothing: what takes effect when is shown in tests/fhir_server/test_reach.py.
        async with serving(mongodb_uri, DATABASE) as fresh:
            seen.append([(await fresh.fhir(f"Patient/{world.child}", token)).status_code for token in tokens])
    assert seen == [[200, 200], [404, 200], [200, 200]]


async def test_each_decision_is_kept_and_one_is_in_force(world: World) -> None:
    user = world.stranger
    for decision in ("allow", "allow", "deny", "allow"):
        await decide(world, user, "research", decision)
    found = [one for one in await consents(world, user, world.other) if "research" in str(one["category"])]
    assert sorted(str(one["status"]) for one in found) == ["active", "inactive", "inactive"]
    assert all(one["performer"] == [{"reference": f"Patient/{world.other}"}] for one in found)
    page = (await world.page("/rights/consents", user)).text
    assert "Anda izinkan" in page
    assert page.count("Penelitian: ") == 3
    assert "You allow it" in (await world.page("/rights/consents?lang=en", user)).text


@pytest.mark.parametrize("choice", CHOICES)
async def test_what_was_never_decided_says_so(world: World, choice: str) -> None:
    user = somebody(world.smart.issuer, fhir_user=f"Patient/{world.patient}")
    page = (await world.page("/rights/consents", user)).text
    assert f'name="choice" value="{choice}"' in page
    assert "Belum dipilih" in page


async def test_what_is_not_understood_or_not_ours_is_refused(world: World) -> None:
    before = await consents(world, world.mother, world.patient)
    async with world.browser(world.mother) as browser:
        page = await browser.get(PATH)
        wrong = {"choice": "everything"}, {"csrf": "x"}, {"patient": world.other}, {"decision": "maybe"}
        statuses = [(await send(browser, page, ALLOW, **{"choice": "satusehat", **one})).status_code for one in wrong]
        assert statuses == [400, 403, 409, 400]
    assert await consents(world, world.mother, world.patient) == before


async def test_consents_given_elsewhere_are_shown_and_their_text_is_only_text(world: World, mongodb_uri: str) -> None:
    token = given(world.smart, "user/*.cruds", somebody(world.smart.issuer, "pmik"))
    made = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "treatment"}]},
        "category": [{"text": "Persetujuan umum <script>alert(1)</script>"}],
        "patient": {"reference": f"Patient/{world.other}"},
        "dateTime": "2026-11-20",
        "policyRule": {"text": "umum"},
    }
    assert (await world.smart.fhir("Consent", token, "POST", json=made)).status_code == 201
    page = (await world.page("/rights/consents", world.stranger)).text
    assert "Persetujuan umum &lt;script&gt;" in page
    assert "20 Nov 2026 · berlaku" in page
    assert "Persetujuan umum" not in (await world.page("/rights/consents", world.mother)).text
