"""What the settings say of documents: the letterhead, who signs, the addresses."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute

import exports.routes
import exports.verification.routes
from exports.drawing import Press
from exports.issuing import Issuing
from exports.letterheads import Stationery
from exports.office import Office
from exports.signing.bsre import BsreSigner
from exports.signing.local import LocalSigner
from exports.signing.port import Signer
from exports.signing.signing import Signing
from fhir_server.record import Record
from guards import Buckets
from settings import Settings


def office(settings: Settings, press: Press, hospital: Callable[[], Record]) -> Office:
    """`hospital`: gives the record without limits. Raises OSError for a logo that cannot be read."""
    return Office(press, hospital, stationery(settings))


def signing(settings: Settings, office: Office) -> Signing:
    """All that issues documents."""
    issuing = Issuing(office, settings.organization, anchored=settings.bsre_url is not None)
    return Signing(issuing, signer(settings))


def export_routes(settings: Settings) -> list[BaseRoute]:
    """Documents at plain addresses, and the page where anybody checks one."""
    wait = Buckets(settings.verify_per_address).take if settings.verify_per_address else lambda address: 0.0
    page = exports.verification.routes.Page(wait, settings.hospital_name, settings.max_binary_bytes)
    door = exports.routes.mount(settings.fhir_base, is_open=settings.open)
    return [door, *exports.verification.routes.routes(page)]


def signer(settings: Settings) -> Signer | None:
    """BSrE's service where it is set, else keys of the hospital's own."""
    if settings.bsre_url is not None:
        return BsreSigner(settings.bsre_url.rstrip("/"), settings.bsre_user, settings.bsre_password)
    return None if settings.signing_keys is None else LocalSigner(settings.signing_keys)


def stationery(settings: Settings) -> Stationery:
    """What the settings add to the letterhead. Raises OSError for a logo that cannot be read."""
    left, right = (
        b"" if path is None else path.read_bytes() for path in (settings.letterhead_left, settings.letterhead_right)
    )
    owners = tuple(line.strip() for line in settings.letterhead_owners.split(";") if line.strip())
    return Stationery(settings.letterhead_organization, settings.hospital_name, owners, left, right)
