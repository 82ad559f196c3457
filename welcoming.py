"""The pages for people, as the settings say: signing in, and the patients' pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

import clinic.registration
import clinic.routes
from auth.caller import SYSTEM, Caller
from auth.issuer import Issuer
from auth.pages.site import Pages
from auth.policy import load as load_policy
from auth.registration import keep
from auth.senders import Sender, console, nobody, smtp
from bookings.rules import Rules
from fhir_server.interactions.dispatch import Dispatcher
from fhir_server.people import RecordPeople
from fhir_server.reach import Reach
from fhir_server.record import Record
from fhir_server.telling import tell
from guards import Buckets
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
    settings: Settings, pages: Pages, made: tuple[Callable[[Caller], Record], Dispatcher, Rules], reach: Reach
) -> Portal:
    """What the patients' pages are made of. `made`: the record of a caller, who answers, and the rules of booking."""
    record_for, dispatcher, rules = made
    hospital, often = partial(record_for, SYSTEM), settings.verify_per_address
    wrong_codes = Buckets(often) if often else None
    return Portal(
        pages,
        load_policy(settings.policy_file),
        dispatcher,
        record_for,
        reach.settled,
        hospital,
        settings.fhir_base,
        wait=Buckets(often).take if often else lambda address: 0.0,
        rules=rules,
        wrong=wrong_codes.take if wrong_codes else lambda address: 0.0,
        barred=wrong_codes.wait if wrong_codes else lambda address: 0.0,
    )


def clinic_pages(settings: Settings) -> list[BaseRoute]:
    """The pages of the clinic and of the sample app."""
    return clinic.routes.routes(clinic.routes.Hospital(settings.hospital_name, settings.time_zone, settings.fhir_base))


def own_apps(issuer: Issuer) -> None:
    """The clinic and the sample app are clients like any other: registered as soon as the server has its database."""
    keep(issuer, clinic.registration.apps(issuer.url))


def _sender(settings: Settings) -> Sender:
    if settings.smtp_url is not None:
        return smtp(settings.smtp_url.get_secret_value(), settings.mail_from)
    return console() if settings.demo else nobody
