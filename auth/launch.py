"""EHR launch: the hospital's own system opens an app for the patient on the screen.
https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from auth.issuer import Issuer, digest
from auth.models import Launch
from auth.storage import clients, launches

LAUNCH = timedelta(minutes=5)


class NotLaunchable(Exception):
    """The app is not registered, or has no address to be launched at; the text is one line."""


def launch(issuer: Issuer, opening: Launch) -> str:
    """Where the browser goes: the app's launch address, with a `launch` that this app and this person can use once.

    Raises NotLaunchable."""
    client = clients.find(issuer.database, opening.client_id)
    if client is None or client.launch_uri is None:
        raise NotLaunchable("The app is not registered here, or has no launch address.")
    secret = issuer.secret()
    launches.add(issuer.database, digest(secret), opening, expires=issuer.clock() + LAUNCH)
    query = urlencode({"iss": issuer.fhir_base, "launch": secret})
    return f"{client.launch_uri}{'&' if urlsplit(client.launch_uri).query else '?'}{query}"
