"""Who may see this record: what the patient decided, and one button to decide otherwise.

https://hl7.org/fhir/R4/consent.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.responses import Response

from auth.pages.forms import Form, PageRefused
from auth.storage import tokens
from exports import saying
from fhir_server.changes import Change
from fhir_server.messages import Parameters, Resource
from fhir_server.record import Record
from fhir_server.search.query import parse
from fhir_server.store.documents import Document
from portal.rights.choices import WORDS, Words
from portal.rights.performing import performer
from portal.visit import Visit, own
from portal.wording import full_moment, short_day
from resources.issues import Text
from resources.privacy import CATEGORY, CHOICES, Choice, category_of, consent, in_force, is_allowed
from resources.systems import SHARED_LINK

MOST = 50
OURS = ",".join(f"{CATEGORY}|{choice}" for choice in CHOICES)
NO_CHOICE = Text("This choice does not exist.", "Pilihan ini tidak ada.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A choice as it stands. `allowed`: None where it was never decided; `since`: when it was."""

    choice: Choice
    words: Words
    allowed: bool | None
    since: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A decision of the past, or a consent that was given elsewhere."""

    title: str
    day: str
    state: Text


STATES = {
    "active": Text("in force", "berlaku"),
    "inactive": Text("no longer in force", "tidak berlaku lagi"),
    "rejected": Text("refused", "ditolak"),
    "draft": Text("being prepared", "sedang disiapkan"),
    "proposed": Text("being prepared", "sedang disiapkan"),
}
ALLOWED, DENIED = Text("allowed", "diizinkan"), Text("not allowed", "tidak diizinkan")


async def show(visit: Visit) -> Response:
    async with visit.reading("$consents") as record:
        ours, others = await asyncio.gather(
            _found(record, visit, ("category", OURS)),
            _found(record, visit, ("category:not", f"{OURS},{SHARED_LINK}|link"), ("status:not", "entered-in-error")),
        )
    decided = [one["resource"] for one in ours]
    return visit.page(
        "rights/consents.html",
        asked=[_asked(choice, in_force(decided), visit) for choice in CHOICES],
        history=[_decision(one, visit) for one in _newest(decided)],
        others=[_paper(one["resource"], visit) for one in others],
        apps=await _apps(visit),
        done=visit.query("done") == "1",
    )


async def submit(visit: Visit, form: Form) -> Response:
    """A decision. What was decided before on the same is kept, and in force no longer."""
    own(visit, form)
    choice = next((one for one in CHOICES if one == form.one("choice")), None)
    allowed = {"allow": True, "deny": False}.get(form.one("decision"))
    if choice is None or allowed is None:
        raise PageRefused(400, NO_CHOICE)
    record = visit.record("update")
    earlier = await _found(record, visit, ("category", f"{CATEGORY}|{choice}"), ("status", "active"))
    holds = in_force(one["resource"] for one in earlier).get(choice)
    if holds is None or is_allowed(holds) is not allowed:
        made = consent(choice, visit.patient, allowed=allowed, at=visit.now, performer=performer(visit))
        await record.commit([Change.create(made), *(_ended(one) for one in earlier)])
    return visit.redirect("/portal/rights/consents?done=1")


def _ended(document: Document) -> Change:
    return Change.update(
        {**document["resource"], "status": "inactive"}, document["resource"]["id"], if_match=document["version"]
    )


async def _found(record: Record, visit: Visit, *criteria: tuple[str, str]) -> list[Document]:
    asked: Parameters = (("patient", visit.patient), *criteria, ("_sort", "-_lastUpdated"), ("_count", str(MOST)))
    return list((await record.search(parse("Consent", asked))).documents[:MOST])


def _newest(decided: Iterable[Resource]) -> Sequence[Resource]:
    return sorted(decided, key=lambda one: str(one.get("dateTime", "")), reverse=True)


def _asked(choice: Choice, holds: Mapping[str, Mapping[str, Any]], visit: Visit) -> Asked:
    found = holds.get(choice)
    if found is None:
        return Asked(choice, WORDS[choice], None)
    return Asked(choice, WORDS[choice], is_allowed(found), _moment(str(found["dateTime"]), visit))


def _moment(text: str, visit: Visit) -> str:
    return full_moment(datetime.fromisoformat(text), visit.zone, visit.language)


def _decision(one: Resource, visit: Visit) -> Paper:
    words = WORDS[next(choice for choice in CHOICES if choice == category_of(one))]
    state = ALLOWED if is_allowed(one) else DENIED
    return Paper(visit.text(words.title), _moment(str(one["dateTime"]), visit), state)


def _paper(one: Resource, visit: Visit) -> Paper:
    language = visit.language
    title = saying.listed(saying.concept(row, language) for row in one.get("category", ()))
    status = str(one.get("status"))
    return Paper(title, _day(one, visit), STATES.get(status, Text(status, status)))


def _day(one: Resource, visit: Visit) -> str:
    text = str(one.get("dateTime") or one.get("meta", {}).get("lastUpdated", ""))
    if len(text) < len("2026-11-24"):
        return text
    whole = len(text) > len("2026-11-24")
    day = datetime.fromisoformat(text).astimezone(visit.zone).date() if whole else date.fromisoformat(text)
    return short_day(day, visit.language)


async def _apps(visit: Visit) -> int:
    assert visit.user is not None
    grants = await visit.sign_in.run(tokens.grants_of, visit.sign_in.issuer.database, visit.user.username)
    return len({grant.client_id for grant in grants})
