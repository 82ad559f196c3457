"""People I act for, and whose record is shown; people who act for me, and a button that ends it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from auth import proxies
from auth.pages.forms import Form, PageRefused
from auth.users import User
from exports import saying
from portal.paging import Page
from portal.visit import PATIENT_COOKIE, Visit, own
from portal.wording import full_day
from resources.issues import Text

NOT_YOURS = Text("You do not act for this person.", "Anda tidak mewakili orang ini.")
ENDED_ALREADY = Text("This person does not act for you any more.", "Orang ini sudah tidak mewakili Anda.")


@dataclass(frozen=True, slots=True)
class Mine:
    """A record that may be looked at. `until`: the last day in words, nothing for one's own."""

    id: str
    name: str
    until: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who may look at my record."""

    username: str
    name: str
    until: str


async def show(visit: Visit) -> Response:
    acting = await _acting(visit) if _is_own(visit) else None
    return visit.page("people/people.html", mine=_mine(visit), acting=acting, done=visit.query("done"))


async def submit(visit: Visit, form: Form) -> Response:
    """`choose`: the id of the patient whose record is to be shown; `end`: the account that shall act no longer."""
    if chosen := form.one("choose"):
        if all(person.id != chosen for person in visit.people):
            raise PageRefused(404, NOT_YOURS)
        response = visit.redirect("/portal")
        visit.cookie(response, PATIENT_COOKIE, chosen)
        return response
    own(visit, form)
    if not _is_own(visit) or not await visit.sign_in.run(
        proxies.end, visit.sign_in.issuer, form.one("end"), visit.patient
    ):
        raise PageRefused(404, ENDED_ALREADY)
    await visit.sign_in.tell("proxy-ended", patient=visit.patient, note=form.one("end"))
    return visit.redirect("/portal/people?done=ended")


def _is_own(visit: Visit) -> bool:
    """Only of the own record: who acts for somebody does not end what another one may do."""
    return not visit.acts_for_another


def _mine(visit: Visit) -> list[Mine]:
    assert visit.user is not None
    last: dict[str, date] = {}
    for proxy in visit.user.acts_for:
        last[proxy.patient] = max(proxy.until, last.get(proxy.patient, proxy.until))
    return [
        Mine(
            one.id,
            one.name,
            full_day(last[one.id], visit.language) if one.id in last and one.id != visit.user.patient else "",
            one.id == visit.patient,
        )
        for one in visit.people
    ]


async def _acting(visit: Visit) -> list[Acting]:
    found = await visit.sign_in.run(proxies.of_patient, visit.sign_in.issuer, visit.patient, visit.now.date())
    if not found:
        return []
    names = await _names(visit, [user for user, _ in found])
    return [Acting(user.username, names[user.username], full_day(until, visit.language)) for user, until in found]


async def _names(visit: Visit, users: list[User]) -> dict[str, str]:
    """Of those who act for me, read by the hospital: their own records are not mine. The journal tells of it."""
    wanted: dict[str, list[str]] = {}
    for user in users:
        type, _, id = (user.fhir_user or "").partition("/")
        if id:
            wanted.setdefault(type, []).append(id)
    async with visit.reading("$proxies") as record:
        documents = await visit.portal.hospital().read_many(wanted)
        record.gives("Patient", documents)
    named = {f"{one['resource']['resourceType']}/{one['resource']['id']}": one["resource"] for one in documents}
    return {
        user.username: saying.name(named[user.fhir_user]) if user.fhir_user in named else user.username
        for user in users
    }


PAGES = (Page("people", "patient", show, submit),)
