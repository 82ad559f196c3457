"""The page where a person allows an app some or all of what it asks for, or nothing.
https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from starlette.responses import Response

from auth.authorize import Approval, RequestGone, approve, deny, needs_encounter, needs_patient, pending
from auth.models import AuthorizationRequest, Client, LaunchContext
from auth.pages import wording
from auth.pages.forms import Form, PageRefused
from auth.pages.next import query, request_id
from auth.pages.visit import Visit, origin
from auth.people import Encounter, Person
from auth.prompting import is_recent
from auth.scopes import InvalidScope
from auth.sessions import Session
from auth.storage import clients
from auth.users import User
from resources.issues import Text

GONE = Text(
    "This request was answered already, or it is older than ten minutes. Please start again in the app.",
    "Permintaan ini sudah dijawab, atau sudah lewat sepuluh menit. Mulai lagi dari aplikasinya.",
)
ANOTHER = Text(
    "Another account opened this app. Sign out, and sign in with that account.",
    "Aplikasi ini dibuka oleh akun lain. Keluar dulu, lalu masuk dengan akun itu.",
)
NOT_OFFERED = Text("This was not among the choices.", "Pilihan ini tidak ada dalam daftar.")


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that waits for an answer: by which app, of whom, and, once it is known, about whom."""

    request: AuthorizationRequest
    app: Client
    user: User
    session: Session
    patient: Person | None = None
    encounters: tuple[Encounter, ...] = ()


async def show(visit: Visit) -> Response:
    """The choices; before them the choice of a patient, where there is more than one."""
    asking = await _asking(visit, request_id(visit))
    if not is_recent(asking.session, asking.request):
        return visit.redirect(f"/auth/login{query(visit)}")
    if not needs_patient(asking.request):
        return await _choices(visit, asking)
    own = await _own(visit, asking.user)
    if len(own) == 1 and not asking.user.is_staff:
        return await _choices(visit, await _about(visit, asking, own[0].id))
    return _patients(visit, asking, own)


async def submit(visit: Visit, form: Form) -> Response:
    """`action`: find a patient, choose one, approve, deny."""
    asking = await _asking(visit, request_id(visit, form))
    if not is_recent(asking.session, asking.request):
        return visit.redirect(f"/auth/login{query(visit, form)}")
    match form.one("action"):
        case "deny":
            await visit.tell("consent-decision", client=asking.app.client_id, note="denied")
            return visit.redirect(await visit.run(deny, visit.issuer, asking.request.id))
        case "find" if asking.user.is_staff:
            text = form.one("text").strip()[:100]
            found = await visit.pages.people.found(asking.user, text) if text else []
            return _patients(visit, asking, found, searched=text)
        case "choose":
            return await _choices(visit, await _about(visit, asking, form.one("patient")))
        case "approve":
            return await _approve(visit, asking, form)
    raise PageRefused(400, NOT_OFFERED)


async def _approve(visit: Visit, asking: Asking, form: Form) -> Response:
    if needs_patient(asking.request):
        asking = await _about(visit, asking, form.one("patient"))
    encounter = form.one("encounter") or None
    if encounter is not None and encounter not in [row.id for row in await _encounters(visit, asking)]:
        raise PageRefused(400, NOT_OFFERED)
    context = LaunchContext(patient=asking.patient.id if asking.patient else None, encounter=encounter)
    try:
        scope = wording.granted(asking.request.scope, form.all("scope"))
        approval = Approval(asking.user, asking.session, scope, context)
        where = await visit.run(approve, visit.issuer, asking.request.id, approval)
        await visit.tell(
            "consent-decision", client=asking.app.client_id, patient=context.patient, note=f"granted: {scope}"
        )
        return visit.redirect(where)
    except InvalidScope:
        raise PageRefused(400, NOT_OFFERED) from None
    except RequestGone:
        raise PageRefused(400, GONE) from None


async def _asking(visit: Visit, id: str) -> Asking:
    """Raises PageRefused where there is no such request, or where it is not this person's to answer."""
    try:
        request = await visit.run(pending, visit.issuer, id)
    except RequestGone:
        raise PageRefused(400, GONE) from None
    app = await visit.run(clients.find, visit.issuer.database, request.client_id)
    if app is None:
        raise PageRefused(400, GONE)
    assert visit.user is not None
    assert visit.session is not None
    if request.launched_by not in (None, visit.user.username):
        raise PageRefused(403, ANOTHER)
    return Asking(request, app, visit.user, visit.session)


async def _own(visit: Visit, user: User) -> list[Person]:
    ids = user.patients(visit.pages.today())
    return await visit.pages.people.patients(user, ids) if ids else []


async def _about(visit: Visit, asking: Asking, patient: str) -> Asking:
    """The same with the patient chosen. Raises PageRefused where the person may not open that record."""
    found = await visit.pages.people.patients(asking.user, [patient]) if patient else []
    if not found:
        raise PageRefused(400, NOT_OFFERED)
    return replace(asking, patient=found[0])


async def _encounters(visit: Visit, asking: Asking) -> list[Encounter]:
    told = asking.request.context
    patient = asking.patient.id if asking.patient else (told.patient if told else None)
    if patient is None or not needs_encounter(asking.request):
        return []
    return await visit.pages.people.encounters(asking.user, patient)


async def _choices(visit: Visit, asking: Asking) -> Response:
    told = asking.request.context
    patient = asking.patient
    if patient is None and told is not None and told.patient is not None:
        patient = next(iter(await visit.pages.people.patients(asking.user, [told.patient])), None)
    return visit.page(
        "consent.html",
        form_to=origin(asking.request.redirect_uri),
        asking=asking,
        patient=patient,
        host=urlsplit(asking.request.redirect_uri).netloc or asking.request.redirect_uri,
        choices=wording.choices(asking.request.scope),
        encounters=await _encounters(visit, asking),
    )


def _patients(visit: Visit, asking: Asking, found: list[Person], *, searched: str = "") -> Response:
    form_to = origin(asking.request.redirect_uri)
    return visit.page("patients.html", form_to=form_to, asking=asking, found=found, searched=searched)
