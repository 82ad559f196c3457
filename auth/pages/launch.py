"""The page from which the hospital's own system opens an app for the patient on its screen: it links here with
`client_id`, `patient`, `encounter`, `intent` and `need_patient_banner`.
https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import Response

from auth.launch import NotLaunchable, launch
from auth.models import Client, Launch, LaunchContext
from auth.pages.forms import Form, PageRefused
from auth.pages.visit import Visit, origin
from auth.people import Person
from auth.storage import clients
from resources.issues import Text

NO_APP = Text(
    "There is no such app, or it cannot be opened from here.",
    "Aplikasi ini tidak ada, atau tidak bisa dibuka dari sini.",
)
NO_PATIENT = Text(
    "There is no such patient, or the record is not yours to open.",
    "Pasien ini tidak ada, atau rekam medisnya bukan untuk Anda buka.",
)
NO_ENCOUNTER = Text("This is not an encounter of the patient.", "Kunjungan ini bukan milik pasien tersebut.")
LONGEST_INTENT = 100


@dataclass(frozen=True, slots=True)
class Opening:
    """An app that is about to be opened, and for whom."""

    app: Client
    context: LaunchContext
    patient: Person | None


async def show(visit: Visit) -> Response:
    """What would be opened, and a button: a link alone changes nothing."""
    names = ("client_id", "patient", "encounter", "intent", "need_patient_banner")
    opening = await _opening(visit, {name: visit.query(name) for name in names})
    assert opening.app.launch_uri is not None
    host = urlsplit(opening.app.launch_uri).netloc
    return visit.page("launch.html", form_to=origin(opening.app.launch_uri), opening=opening, host=host)


async def submit(visit: Visit, form: Form) -> Response:
    """Off to the app."""
    names = ("client_id", "patient", "encounter", "intent", "need_patient_banner")
    opening = await _opening(visit, {name: form.one(name) for name in names})
    assert visit.user is not None
    told = Launch(opening.app.client_id, visit.user.username, opening.context)
    try:
        return visit.redirect(await visit.run(launch, visit.issuer, told))
    except NotLaunchable:
        raise PageRefused(400, NO_APP) from None


async def _opening(visit: Visit, asked: dict[str, str]) -> Opening:
    """Raises PageRefused where the app is not known, or the person may not open that record."""
    app = await visit.run(clients.find, visit.issuer.database, asked["client_id"])
    if app is None or app.launch_uri is None:
        raise PageRefused(400, NO_APP)
    assert visit.user is not None
    patient = None
    if asked["patient"]:
        patient = next(iter(await visit.pages.people.patients(visit.user, [asked["patient"]])), None)
        if patient is None:
            raise PageRefused(400, NO_PATIENT)
    if asked["encounter"] and not await _is_of_patient(visit, asked["encounter"], patient):
        raise PageRefused(400, NO_ENCOUNTER)
    context = LaunchContext(
        patient=patient.id if patient else None,
        encounter=asked["encounter"] or None,
        intent=asked["intent"][:LONGEST_INTENT] or None,
        need_patient_banner=asked["need_patient_banner"] == "true",
    )
    return Opening(app, context, patient)


async def _is_of_patient(visit: Visit, encounter: str, patient: Person | None) -> bool:
    if patient is None or visit.user is None:
        return False
    return encounter in [row.id for row in await visit.pages.people.encounters(visit.user, patient.id)]
