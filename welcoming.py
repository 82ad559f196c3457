"""The pages for people, as the settings say: signing in, and the patients' pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from auth.caller import SYSTEM, Caller
from auth.issuer import Issuer
from auth.pages.site import Pages
from auth.policy import load as load_policy
from auth.senders import Sender, console, nobody, smtp
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.people import RecordPeople
from fhir_server.reach import Reach
from fhir_server.record import Record
from fhir_server.telling import tell
from portal.site import Portal
from settings import Settings


def sign_in_pages(settings: Settings, issuer: Issuer, record_for: Callable[[Caller], Record], reach: Reach) -> Pages:
    """What the pages show and whom they write to."""
    zone = ZoneInfo(settings.time_zone)
    return Pages(
        issuer,
        RecordPeople(record_for, reach.settled, load_policy(settings.policy_file), zone),
        _sender(settings),
        partial(tell, record_for),
        hospital=settings.hospital_name,
        language=settings.language,
        zone=zone,
    )


def patients_pages(
    settings: Settings, pages: Pages, made: tuple[Callable[[Caller], Record], Dispatcher], reach: Reach
) -> Portal:
    """What the patients' pages are made of. `made`: the record of a caller, and who answers."""
    record_for, dispatcher = made
    hospital = partial(record_for, SYSTEM)
    return Portal(
        pages, load_policy(settings.policy_file), dispatcher, record_for, reach.settled, hospital, settings.fhir_base
    )


def _sender(settings: Settings) -> Sender:
    if settings.smtp_url is not None:
        return smtp(settings.smtp_url.get_secret_value(), settings.mail_from)
    return console() if settings.demo else nobody
