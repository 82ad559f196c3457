"""A link with which somebody sees a patient's summary, and how it lies in a Consent. Pure.

Only the SHA-256 of its secret is kept. The Consent is limited to an actor that no caller is known by, so that it
neither widens nor narrows what others may see.
https://hl7.org/fhir/R4/consent.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from auth.caller import Caller
from auth.issuer import digest
from auth.policy import Role
from auth.scopes import parse
from exports.documents.accesses import LINK
from portal.callers import CLIENT
from resources.extensions import extension, values
from resources.issues import Text
from resources.privacy import ACT_CODE, SCOPE, actor
from resources.systems import SHARED_LINK

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
CATEGORY = f"{SHARED_LINK}|link"
LENGTHS: Mapping[str, tuple[timedelta, Text]] = {
    "15": (timedelta(minutes=15), Text("15 minutes", "15 menit")),
    "60": (timedelta(hours=1), Text("1 hour", "1 jam")),
    "1440": (timedelta(hours=24), Text("24 hours", "24 jam")),
    "10080": (timedelta(days=7), Text("7 days", "7 hari")),
}
"""By their minutes."""

SEEN = (
    *("Patient", "AllergyIntolerance", "Condition", "MedicationRequest", "MedicationStatement", "Medication"),
    *("Immunization", "Procedure", "Observation", "Encounter"),
    *("Practitioner", "PractitionerRole", "Organization", "Location"),
)
ROLE = Role(LINK, frozenset((type, "rs") for type in SEEN), purpose="PATRQT")
"""Sees what is in a summary; nothing that is confidential beyond normal."""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """`id`: of the Consent; `hash`: SHA-256 of the secret, as hex; `patient`: an id."""

    id: str
    hash: str
    patient: str
    since: datetime
    until: datetime
    is_revoked: bool = False

    def is_open(self, now: datetime) -> bool:
        return not self.is_revoked and self.since <= now < self.until

    @property
    def subject(self) -> str:
        """Whom the journal names where the link is used."""
        return f"share:{self.id}"


def secret_of(session: str, key: str) -> str:
    """256 bits as 43 characters: the same form, sent again from the same session, makes the same link. `session`: the
    secret of the session; `key`: made when the form was shown."""
    mixed = hmac.new(session.encode(), f"share {key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mixed).decode().rstrip("=")


def id_of(secret: str) -> str:
    """Of the Consent of a link."""
    return f"tautan-{digest(f'id {secret}')[:40]}"


def link(secret: str, patient: str, since: datetime, length: timedelta) -> ShareLink:
    return ShareLink(id_of(secret), digest(secret), patient, since, since + length)


def fits(found: ShareLink, secret: str) -> bool:
    return hmac.compare_digest(found.hash, digest(secret))


def write(one: ShareLink, performer: Mapping[str, Any]) -> dict[str, Any]:
    """`performer`: a Reference to who gave it."""
    period = {"start": one.since.isoformat(timespec="seconds"), "end": one.until.isoformat(timespec="seconds")}
    return {
        "resourceType": "Consent",
        "extension": [extension(SHARED_LINK, {"until": one.until})],
        "identifier": [{"system": SHARED_LINK, "value": one.hash}],
        "status": "active",
        "scope": SCOPE,
        "category": [{"coding": [{"system": SHARED_LINK, "code": "link", "display": "Link to a patient summary"}]}],
        "patient": {"reference": f"Patient/{one.patient}"},
        "dateTime": period["start"],
        "performer": [dict(performer)],
        "policyRule": {"coding": [{"system": ACT_CODE, "code": "OPTIN"}]},
        "provision": {"type": "permit", "period": period, "actor": [actor("shared-link")]},
    }


def read(consent: Mapping[str, Any]) -> ShareLink | None:
    """None where a Consent is no link."""
    if not values(consent, SHARED_LINK):
        return None
    hashes = (row.get("value") for row in consent.get("identifier", ()) if row.get("system") == SHARED_LINK)
    period = consent["provision"]["period"]
    return ShareLink(
        str(consent["id"]),
        str(next(hashes)),
        str(consent["patient"]["reference"]).rpartition("/")[2],
        datetime.fromisoformat(period["start"]),
        datetime.fromisoformat(period["end"]),
        consent["status"] != "active",
    )


def open_links(consents: Iterable[Mapping[str, Any]], now: datetime) -> list[ShareLink]:
    found = (read(one) for one in consents)
    return [one for one in found if one is not None and one.is_open(now)]


def caller_of(one: ShareLink) -> Caller:
    """Who has the link: sees the summary of this patient."""
    scopes = parse(" ".join(f"patient/{type}.rs" for type in SEEN))
    caller = Caller(one.subject, scopes, ROLE, context=one.patient, patients=frozenset({one.patient}))
    return replace(caller, purpose=ROLE.purpose, client=CLIENT)
