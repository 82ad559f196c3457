"""The accounts, in `auth_users`: one document for each, found by its name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from pymongo.errors import DuplicateKeyError

from auth.storage.database import Documents
from auth.users import Proxy, User

COLLECTION = "auth_users"


def find(database: Documents, username: str) -> User | None:
    """The account of that name, disabled ones too."""
    document = database[COLLECTION].find_one({"_id": username})
    return None if document is None else _user(document)


def everyone(database: Documents) -> Iterator[User]:
    """All accounts in the order of their names."""
    return map(_user, database[COLLECTION].find({}, sort=[("_id", 1)]))


def of_person(database: Documents, fhir_user: str) -> User | None:
    """The account of a person, such as Patient/1."""
    document = database[COLLECTION].find_one({"fhir_user": fhir_user})
    return None if document is None else _user(document)


def acting_for(database: Documents, patient: str) -> Iterator[User]:
    """The accounts that act for a patient, those too whose time is over, in the order of their names."""
    return map(_user, database[COLLECTION].find({"acts_for.patient": patient}, sort=[("_id", 1)]))


def act_for(database: Documents, username: str, proxy: Proxy) -> bool:
    """Let an account act for a patient, or until another day where it does already: one write. False where there is no
    such account."""
    row = _proxies((proxy,))
    others = {"$filter": {"input": "$acts_for", "cond": {"$ne": ["$$this.patient", proxy.patient]}}}
    change = [{"$set": {"acts_for": {"$concatArrays": [others, row]}}}]
    return database[COLLECTION].update_one({"_id": username}, change).matched_count == 1


def end_acting_for(database: Documents, username: str, patient: str) -> bool:
    """False where the account does not act for this patient."""
    change = {"$pull": {"acts_for": {"patient": patient}}}
    return database[COLLECTION].update_one({"_id": username}, change).modified_count == 1


def add(database: Documents, user: User) -> bool:
    """Add an account; False where its name is taken."""
    try:
        database[COLLECTION].insert_one(_document(user))
    except DuplicateKeyError:
        return False
    return True


def set_password(database: Documents, username: str, password_hash: str | None) -> bool:
    """False where there is no such account; so with the functions below."""
    return _set(database, username, {"password_hash": password_hash})


def set_disabled(database: Documents, username: str, disabled: bool) -> bool:
    return _set(database, username, {"disabled": disabled})


def begin_totp(database: Documents, username: str, secret: str) -> bool:
    """Begin the second factor; `secret` is base32. False where the account has one already."""
    without = {"_id": username, "totp_secret": None}
    return database[COLLECTION].update_one(without, {"$set": {"totp_secret": secret}}).modified_count == 1


def end_totp(database: Documents, username: str) -> bool:
    return _set(database, username, {"totp_secret": None})


def claim_step(database: Documents, username: str, step: int) -> bool:
    """Use the one-time password of a time step (RFC 6238): False where that step or a later one has been used."""
    unused = {"_id": username, "$or": [{"totp_step": {"$lt": step}}, {"totp_step": None}]}
    return database[COLLECTION].update_one(unused, {"$set": {"totp_step": step}}).modified_count == 1


def _set(database: Documents, username: str, values: dict[str, Any]) -> bool:
    return database[COLLECTION].update_one({"_id": username}, {"$set": values}).matched_count == 1


def _user(document: dict[str, Any]) -> User:
    return User(
        document["_id"],
        document["role"],
        document["password_hash"],
        fhir_user=document["fhir_user"],
        totp_secret=document["totp_secret"],
        disabled=document["disabled"],
        acts_for=tuple(Proxy(row["patient"], date.fromisoformat(row["until"])) for row in document["acts_for"]),
    )


def _document(user: User) -> dict[str, Any]:
    return {
        "_id": user.username,
        "role": user.role,
        "password_hash": user.password_hash,
        "fhir_user": user.fhir_user,
        "totp_secret": user.totp_secret,
        "disabled": user.disabled,
        "acts_for": _proxies(user.acts_for),
    }


def _proxies(proxies: tuple[Proxy, ...]) -> list[dict[str, str]]:
    return [{"patient": proxy.patient, "until": proxy.until.isoformat()} for proxy in proxies]
