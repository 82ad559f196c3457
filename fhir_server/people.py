"""The record as the sign-in pages ask about it: patients to choose from, encounters, where a patient can be reached.

Every question is an ordinary search of the person who looks at the page, with that person's access, and in the journal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from auth.caller import SYSTEM, Caller, patients_of
from auth.people import Contact, Encounter, Person, RecordUnavailable
from auth.policy import Policy
from auth.scopes import parse
from auth.users import User
from fhir_server.errors import FhirError, Unavailable
from fhir_server.interactions.dispatch import answer
from fhir_server.messages import FhirRequest, Parameters, Resource
from fhir_server.record import Record
from fhir_server.store.documents import now
from resources.patient import NIK_FORM
from resources.systems import MRN_PREFIX, NIK

MOST = "12"
SCOPES = parse("user/Patient.rs user/Encounter.rs")
REACHED = ("mobile", "home", "work", "")
"""Which of several telephones is asked first."""


class RecordPeople:
    """`record_for`: the record of a caller; `settled`: the caller with the patients that it reaches now."""

    def __init__(
        self,
        record_for: Callable[[Caller], Record],
        settled: Callable[[Caller], Awaitable[Caller]],
        policy: Policy,
        zone: ZoneInfo,
    ) -> None:
        self._record_for = record_for
        self._settled = settled
        self._policy = policy
        self._zone = zone

    async def patients(self, user: User, ids: Sequence[str]) -> list[Person]:
        found = await self._search(self._caller(user), "Patient", (("_id", ",".join(ids)), ("_count", "100")))
        persons = {resource["id"]: _person(resource) for resource in found}
        return [persons[id] for id in ids if id in persons]

    async def found(self, user: User, text: str) -> list[Person]:
        """A number is one of an identifier. Anything else is of a name, each word of it, at the beginning of a part
        if there is such a name."""
        names = ("identifier",) if any(character.isdigit() for character in text) else ("name", "name:contains")
        said = [_escaped(word) for word in (text.split() if "name" in names else [text])]
        for name in names:
            query = (*((name, word) for word in said), ("_count", MOST))
            if rows := await self._search(self._caller(user), "Patient", query):
                return [_person(row) for row in rows]
        return []

    async def encounters(self, user: User, patient: str) -> list[Encounter]:
        query = (("patient", patient), ("_sort", "-date"), ("_count", MOST))
        return [self._encounter(row) for row in await self._search(self._caller(user), "Encounter", query)]

    async def contact(self, nik: str, born: date) -> Contact | None:
        if not NIK_FORM.fullmatch(nik):
            return None
        found = await self._search(SYSTEM, "Patient", (("identifier", f"{NIK}|{nik}"), ("_count", "2")))
        living = [row for row in found if row.get("active") is not False and not _is_dead(row)]
        if len(living) != 1 or living[0].get("birthDate") != born.isoformat():
            return None
        return Contact(living[0]["id"], telephone=_telecom(living[0], "phone"), email=_telecom(living[0], "email"))

    def _caller(self, user: User) -> Caller:
        role = self._policy.role(user.role)
        if role is None:
            return Caller(user.username)
        today = now().astimezone(self._zone).date()
        return Caller(
            user.username,
            SCOPES,
            role,
            person=user.fhir_user,
            patients=patients_of(role, user, today),
            purpose=role.purpose,
        )

    async def _search(self, caller: Caller, type: str, query: Parameters) -> list[Resource]:
        """What this caller finds; nothing where it may not search. Raises RecordUnavailable."""
        try:
            record = self._record_for(await self._settled(caller))
            bundle = (await answer(FhirRequest("GET", (type,), query), record)).resource or {}
        except Unavailable:
            raise RecordUnavailable from None
        except FhirError:
            return []
        return [entry["resource"] for entry in bundle.get("entry", []) if entry["resource"]["resourceType"] == type]

    def _encounter(self, resource: Resource) -> Encounter:
        start = resource.get("period", {}).get("start", "")
        if "T" in start:
            start = datetime.fromisoformat(start).astimezone(self._zone).date().isoformat()
        kinds = [resource.get("serviceType"), *resource.get("type", []), {"coding": [resource.get("class", {})]}]
        return Encounter(resource["id"], start, next(filter(None, map(_words, filter(None, kinds))), ""))


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\,|$" else character for character in text)


def _person(resource: Resource) -> Person:
    numbers = [row.get("value", "") for row in resource.get("identifier", []) if _is_record_number(row)]
    return Person(resource["id"], _name(resource), resource.get("birthDate", ""), next(iter(numbers), ""))


def _is_record_number(identifier: Resource) -> bool:
    return str(identifier.get("system", "")).startswith(MRN_PREFIX) and identifier.get("use") != "old"


def _name(resource: Resource) -> str:
    names = sorted(resource.get("name", []), key=lambda row: row.get("use") != "official")
    name = names[0] if names else {}
    return name.get("text") or " ".join([*name.get("given", []), name.get("family", "")]).strip() or resource["id"]


def _words(concept: Resource) -> str:
    codings = [row.get("display") or row.get("code") or "" for row in concept.get("coding", [])]
    return concept.get("text") or next(filter(None, codings), "")


def _is_dead(resource: Resource) -> bool:
    return bool(resource.get("deceasedBoolean") or resource.get("deceasedDateTime"))


def _telecom(resource: Resource, system: str) -> str | None:
    rows = [row for row in resource.get("telecom", []) if row.get("system") == system and row.get("value")]
    rows = [row for row in rows if row.get("use", "") in REACHED]
    rows.sort(key=lambda row: REACHED.index(row.get("use", "")))
    return rows[0]["value"] if rows else None
