"""The attack list, by every kind of token: no byte of another patient's canary comes out, nothing of hers changes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from auth.caller import SYSTEM
from auth.storage import clients, users
from auth.users import Proxy, User
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest
from fhir_server.record import Record
from fhir_server.site import Site
from main import open_store
from resources.formats.json_format import read
from tests.fhir_server.conftest import settings
from tests.journeys.attacked import FORMS, LABORATORY, Json, record
from tests.journeys.attacks import ATTACKS, FHIR_JSON, Attack
from tests.journeys.bundles import contents
from tests.journeys.smart import FHIR, Smart, serving
from tests.journeys.tokens import APP, given

NAME = "test_attacks"
SITI = User("siti", "pasien", "", "Patient/a")
DOCTOR = User("dokter", "dokter", "", "Practitioner/p")
OPEN, DEAD = (200, 201, 204, 400, 403, 404, 405, 409, 412, 422), (401,)


@dataclass(frozen=True)
class Held:
    """A token and what its holder may be told: `told` None: as the attack says. `sees_patients`: Patients are no secret
    to it."""

    text: str | None
    told: tuple[int, ...] | None
    sees_patients: bool = False


@pytest.fixture(scope="module")
async def smart(mongodb_uri: str) -> AsyncIterator[Smart]:
    configured = settings(mongodb_uri, NAME)
    async with open_store(configured) as store:
        everything = Record(store, SYSTEM, Site(FHIR))
        for method, row in record():
            path, body = (row["resourceType"], row["id"]), read(json.dumps(row).encode()) if method == "PUT" else None
            await answer(FhirRequest(method, path, body=body, base=FHIR), everything)
    async with serving(mongodb_uri, NAME, audit_events=False) as found:
        clients.add(found.issuer.database, APP)
        for user in (SITI, DOCTOR):
            assert users.add(found.issuer.database, user)
        yield found
    with MongoClient[Json](mongodb_uri) as mongodb:
        mongodb.drop_database(NAME)


@pytest.fixture(scope="module")
def held(smart: Smart) -> dict[str, Held]:
    everything, alive = "patient/*.cruds", {"patient": "a"}
    return {
        "patient": Held(given(smart, everything, SITI, **alive), None),
        "laboratory": Held(given(smart, f"patient/Observation.rs?category={LABORATORY}", SITI, **alive), OPEN),
        "patient only": Held(given(smart, "patient/Patient.r", SITI, **alive), OPEN),
        "doctor": Held(given(smart, "user/*.rs", DOCTOR), OPEN),
        "system": Held(given(smart, "system/Patient.rs", None), OPEN, sees_patients=True),
        "no scopes": Held(given(smart, "openid launch/patient", SITI, **alive), (403, 404, 400, 405, 200)),
        "other level": Held(given(smart, "system/*.cruds", SITI, **alive), (403, 404, 400, 405, 200)),
        "expired": Held(given(smart, everything, SITI, minutes=-1, **alive), DEAD),
        "revoked": Held(given(smart, everything, SITI, revoked=True, **alive), DEAD),
        "refresh": Held(given(smart, everything, SITI, kind="refresh", **alive), DEAD),
        "none": Held(None, (*DEAD, 429)),
    }


HOLDERS = (
    *("patient", "laboratory", "patient only", "doctor", "system", "no scopes", "other level"),
    *("expired", "revoked", "refresh", "none"),
)


async def carried_out(smart: Smart, attack: Attack, text: str | None) -> httpx.Response:
    content = attack.body if isinstance(attack.body, str) or attack.body is None else json.dumps(attack.body)
    headers = {} if content is None else {"Content-Type": FHIR_JSON}
    token = {} if text is None else {"Authorization": f"Bearer {text}"}
    return await smart.client.request(
        attack.method, f"/fhir/{attack.url}", content=content, headers={**headers, **attack.headers, **token}
    )


def of_others(database: Any) -> Json:
    """What is of B, alone or with A, now and before."""
    rows = {f"{name}/{id}": row for name, rows in contents(database).items() for id, row in rows.items()}
    return {name: row for name, row in rows.items() if "b" in row.get("compartments", {}).get("Patient", ())}


def test_the_list_is_long() -> None:
    assert len(ATTACKS) >= 120
    assert len({(str(attack), str(attack.body), str(attack.headers)) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("holder", HOLDERS)
async def test_nothing_of_another_comes_out(smart: Smart, held: dict[str, Held], mongodb_uri: str, holder: str) -> None:
    token = held[holder]
    with MongoClient[Json](mongodb_uri) as mongodb:
        before = of_others(mongodb[NAME])
        assert len(before) > 15
        wrong = {}
        for attack in ATTACKS:
            answered = await carried_out(smart, attack, token.text)
            told = f"{answered.headers}{answered.text}"
            if token.sees_patients and answered.content:
                told = f"{answered.headers}{without_patients(answered.json())}"
            allowed = attack.told if token.told is None else token.told
            if answered.status_code not in allowed:
                wrong[str(attack)] = f"{answered.status_code}, not {allowed}: {answered.text[:200]}"
            elif any(form in told for form in FORMS):
                wrong[str(attack)] = f"the canary: {answered.text[:300]}"
            if answered.status_code == 401:
                assert answered.headers["www-authenticate"].startswith("Bearer")
        assert wrong == {}
        assert of_others(mongodb[NAME]) == before


def without_patients(value: Any) -> Any:
    """What else than Patients is told."""
    if isinstance(value, dict):
        kept = {name: without_patients(inner) for name, inner in value.items()}
        return {} if value.get("resourceType") == "Patient" else kept
    return [without_patients(inner) for inner in value] if isinstance(value, list) else value


async def test_totals_and_orders_tell_nothing(smart: Smart, held: dict[str, Held]) -> None:
    for url, total in (
        ("Observation?_summary=count", 3),
        ("Observation?_total=accurate&_count=1", 3),
        ("Observation?value-quantity=gt7&_summary=count", 0),
        ("Patient?_summary=count", 1),
        ("Patient?name=rahasia&_summary=count", 0),
        ("Group?_summary=count", 0),
        ("Observation?patient.name=rahasia&_summary=count", 0),
    ):
        found = (await carried_out(smart, Attack("GET", url, (200,)), held["patient"].text)).json()
        assert found["total"] == total, url


async def test_a_page_of_one_is_none_of_another(smart: Smart, held: dict[str, Held]) -> None:
    first = (await carried_out(smart, Attack("GET", "Observation?_count=1", (200,)), held["patient"].text)).json()
    url = next(link["url"] for link in first["link"] if link["relation"] == "next").removeprefix(f"{FHIR}/")
    assert (await carried_out(smart, Attack("GET", url, ()), held["patient"].text)).status_code == 200
    for holder in ("laboratory", "doctor"):
        assert (await carried_out(smart, Attack("GET", url, ()), held[holder].text)).status_code == 400
    changed = url[:-6] + ("A" if url[-6] != "A" else "B") + url[-5:]
    assert (await carried_out(smart, Attack("GET", changed, ()), held["patient"].text)).status_code == 400


async def test_the_right_things_are_seen(smart: Smart, held: dict[str, Held]) -> None:
    """Else the tests above would pass on a server that gives out nothing."""
    for holder, url in (
        ("patient", "Observation/o-a"),
        ("patient", "Observation/pindah"),
        ("patient", "Binary/bin-a"),
        ("patient", "Task/t-a"),
        ("patient", "Practitioner/p"),
        ("laboratory", "Observation/o-a"),
        ("patient only", "Patient/a"),
        ("doctor", "Patient/a"),
        ("doctor", "Observation/o-a"),
        ("system", "Patient/b"),
    ):
        answered = await carried_out(smart, Attack("GET", url, (200,)), held[holder].text)
        assert answered.status_code == 200, (holder, url, answered.text)
    for holder, url in (
        ("laboratory", "Patient/a"),
        ("patient only", "Patient"),
        ("patient only", "Observation/o-a"),
        ("system", "Observation/o-a"),
        ("no scopes", "Patient/a"),
    ):
        answered = await carried_out(smart, Attack("GET", url, (403,)), held[holder].text)
        assert answered.status_code == 403, (holder, url, answered.text)


async def test_acting_for_another_ends(smart: Smart) -> None:
    """The last day was yesterday: the token lives on, and opens nothing."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    proxies = {"lama": Proxy("a", yesterday - timedelta(days=1)), "kini": Proxy("a", yesterday + timedelta(days=30))}
    for name, proxy in proxies.items():
        user = replace(SITI, username=f"wali-{name}", role="wali", fhir_user="RelatedPerson/x", acts_for=(proxy,))
        assert users.add(smart.issuer.database, user)
        text = given(smart, "patient/*.rs", user, patient="a")
        answered = await carried_out(smart, Attack("GET", "Observation/o-a", ()), text)
        assert answered.status_code == (404 if name == "lama" else 200)
