"""Tells the journal what happened at the sign-in pages. https://profiles.ihe.net/ITI/BALP/"""

from __future__ import annotations

from collections.abc import Callable

from auth.caller import Caller
from auth.people import RecordUnavailable
from auth.policy import Role
from auth.telling import Happening
from fhir_server.audit.events import MOST_NAME, Trail
from fhir_server.errors import Unauthenticated, Unavailable
from fhir_server.messages import FhirRequest
from fhir_server.record import Record


async def tell(record_for: Callable[[Caller], Record], happening: Happening) -> None:
    """Returns once it is durable. Raises RecordUnavailable."""
    user, trail = happening.user, Trail(happening.what, FhirRequest("POST", (), address=happening.address))
    trail.remark = happening.note
    trail.patients = {} if happening.patient is None else {happening.patient: None}
    caller = Caller(
        user.username if user else happening.name[:MOST_NAME],
        role=Role(user.role) if user else None,
        person=user.fhir_user if user else None,
        client=happening.client,
        purpose="",
    )
    status = Unauthenticated.status if happening.what == "login-failed" else 200
    try:
        await record_for(caller).watched(trail).note(status, reason=Unauthenticated.code if status != 200 else "")
    except Unavailable as error:
        raise RecordUnavailable from error
