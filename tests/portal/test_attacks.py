"""Other people's ids in every address, and hostile texts in everything that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

import pytest

from auth.users import User
from fhir_server.changes import Change
from fhir_server.messages import Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from tests.auth.accounts import somebody
from tests.portal.addresses import addresses, pages
from tests.portal.world import World

OF_ONE = re.compile(r"/(bookings/|record/visits/|documents/resume-medis/|tickets/\w+/(cancel|reschedule)).*")
"""Addresses that name something of a patient's. Codes of tests (record/results) are nobody's."""

TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "<svg><script>alert(3)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(4)&gt;'>",
    "</title><iframe src=javascript:alert(5)></iframe>",
    "javascript:alert(6)",
    "{{ 7 * 7 }}{% raw %}",
    "' onfocus='alert(7)' autofocus='",
    "=cmd|' /C calc'!A0",
    "\u202egnp.exe \u2028 \u0000".replace("\u0000", ""),
)
FREE = frozenset("text display title description conclusion comment summary patientInstruction".split())
TYPES = (
    *("Encounter", "Condition", "Observation", "DiagnosticReport", "MedicationRequest", "Immunization"),
    *("AllergyIntolerance", "Procedure", "ServiceRequest", "CarePlan", "Coverage"),
)


async def test_what_is_of_somebody_else_is_as_what_is_not_there(world: World, hospital: Record) -> None:
    theirs = [path for path in await addresses(hospital, world.other) if OF_ONE.fullmatch(path)]
    assert len(theirs) == 5
    for path in theirs:
        stranger = await world.page(path, world.stranger)
        assert stranger.status_code in (200, 303), path
        answer = await world.page(path, world.mother)
        missing = await world.page(_other(path), world.mother)
        assert (answer.status_code, missing.status_code) == (404, 404), path
        assert _body(answer.text) == _body(missing.text), path


def _other(path: str) -> str:
    """The same address of something that does not exist."""
    ticket = re.fullmatch(r"(/tickets/\d{8})\w{6}(/\w+)", path)
    return f"{ticket[1]}ZZZZZZ{ticket[2]}" if ticket else re.sub(r"[^/]+?(\.pdf)?$", r"tidak-ada\1", path)


def _body(html: str) -> str:
    return html.partition("<main")[2]


async def test_a_page_asks_who_is_there_before_it_says_anything(world: World, hospital: Record) -> None:
    for path, is_own in (await addresses(hospital, world.other)).items():
        answer = await world.page(path)
        if is_own:
            assert answer.headers["location"] == f"/auth/login?then=/portal{path}", path
        assert "no-store" in answer.headers["cache-control"] or not is_own


async def test_titles_addresses_and_refusals_tell_nothing_of_a_patient(world: World, hospital: Record) -> None:
    name = str((await hospital.read("Patient", world.patient))["resource"]["name"][0]["text"])
    for path in pages(await addresses(hospital, world.patient)):
        page = (await world.page(path, world.mother)).text
        title = page.partition("<title>")[2].partition("</title>")[0]
        links = " ".join(re.findall(r'(?:href|action)="([^"]*)"', page))
        assert title, path
        for word in name.split():
            assert word not in title, path
            assert word.casefold() not in links.casefold(), path
    for refused in ("/record/visits/tidak-ada", "/tidak-ada", "/bookings/tidak-ada"):
        page = (await world.page(refused, world.mother)).text
        assert "Tidak berhasil" in page
        assert name not in page


async def test_staff_have_no_record_here(world: World) -> None:
    doctor = somebody(world.smart.issuer, "dokter", fhir_user="Practitioner/nakes-001")
    answer = await world.page("/record", doctor)
    assert answer.status_code == 403
    assert "loket pendaftaran" in answer.text


class _Inert(HTMLParser):
    """Collects what could run or be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("img", "iframe", "math", "object", "embed", "style", "base"):
            self.found.append(tag)
        if tag == "script" and not values.get("src", "").startswith("/portal/static/"):
            self.found.append("script")
        self.found += [name for name in values if name.startswith("on") or name == "style"]
        targets = [values[name] for name in ("href", "src", "action", "formaction") if name in values]
        self.found += [target for target in targets if not target.startswith(("/", "#", "?"))]


def inert(html: str) -> list[str]:
    """What of a page is active that is not ours."""
    reader = _Inert()
    reader.feed(html)
    return reader.found


@pytest.mark.parametrize("text", TEXTS[:5])
def test_the_check_sees_what_is_active(text: str) -> None:
    assert inert(text)


async def spoiled(hospital: Record, patient: str, of: str) -> None:
    """A patient whose record is that of another one, with hostile texts wherever somebody can write."""
    turn = cycle(TEXTS)
    person = (await hospital.read("Patient", of))["resource"]
    name = [{"use": "official", "text": TEXTS[0], "family": TEXTS[1]}]
    made: list[Resource] = [{**_copied(person, of, patient, turn), "id": patient, "name": name, "identifier": []}]
    for type in TYPES:
        parameter = "beneficiary" if type == "Coverage" else "patient"
        query = ((parameter, of), ("_sort", "-_lastUpdated"), ("_count", "60"))
        for row in (await hospital.search(parse(type, query))).documents[:60]:
            copy = _copied(row["resource"], of, patient, turn)
            made.append({**copy, "id": f"x-{copy['id']}"})
    for resource in made:
        resource.pop("meta", None)
        if not resource.get("identifier", True) or resource["resourceType"] == "Encounter":
            resource.pop("identifier", None)
    await hospital.commit([Change.update(one, one["id"]) for one in made])


def _copied(value: Any, of: str, to: str, texts: Iterator[str], *, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _copied(part, of, to, texts, key=name) for name, part in value.items() if name != "div"}
    if isinstance(value, list):
        return [_copied(part, of, to, texts, key=key) for part in value]
    if key == "reference" and isinstance(value, str):
        type, _, id = value.partition("/")
        return f"Patient/{to}" if value == f"Patient/{of}" else f"{type}/x-{id}" if type in TYPES else value
    return next(texts) if key in FREE and isinstance(value, str) else value


async def test_hostile_texts_are_texts_on_every_page(world: World, hospital: Record) -> None:
    await spoiled(hospital, "jahat", world.patient)
    user: User = somebody(world.smart.issuer, fhir_user="Patient/jahat")
    for path in pages(await addresses(hospital, "jahat")):
        answer = await world.page(path, user)
        assert answer.status_code in (200, 303), (path, answer.status_code, _body(answer.text)[:500])
        assert inert(answer.text) == [], path
        assert not re.search(r"\b49\{% raw", answer.text), path
    assert "&lt;script&gt;alert(1)" in (await world.page("/record", user)).text
