"""Who acts for a patient, and the end of it: at once in this process, in others within seconds."""

from __future__ import annotations

from datetime import date

from auth.issuer import Issuer
from auth.storage import tokens, users
from auth.users import User


def of_patient(issuer: Issuer, patient: str, today: date) -> list[tuple[User, date]]:
    """The accounts that may act for a patient today, each with the last day, in the order of their names."""
    found = []
    for user in users.acting_for(issuer.database, patient):
        until = max(proxy.until for proxy in user.acts_for if proxy.patient == patient)
        if until >= today and not user.disabled:
            found.append((user, until))
    return found


def end(issuer: Issuer, username: str, patient: str) -> bool:
    """End the right of an account to act for a patient; its tokens for that patient end too. False where it had
    none."""
    ended = users.end_acting_for(issuer.database, username, patient)
    tokens.revoke_grants_for_patient(issuer.database, username, patient)
    issuer.known.forget()
    return ended
