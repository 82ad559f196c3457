"""Failed attempts to sign in, in `auth_attempts`: by account, and by the address they came from."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import ReturnDocument

from auth.lockout import ADDRESS_BURST, ADDRESS_INTERVAL, FORGOTTEN_AFTER, delay
from auth.storage.database import Documents

COLLECTION = "auth_attempts"
NONE = timedelta(0)


def wait(database: Documents, account: str | None, address: str, now: datetime) -> timedelta:
    """How long the next attempt must wait; zero where it may be made. `account`: None for guesses at no account."""
    accounts = database[COLLECTION].find_one({"_id": f"account:{account}", "until": {"$gt": now}}) if account else None
    addresses = database[COLLECTION].find_one({"_id": f"address:{address}"})
    locked = accounts["until"] - now if accounts else NONE
    # The debt of an address is a moment: each failure moves it one interval on, and time catches up with it.
    debt = addresses["until"] - now if addresses else NONE
    return max(NONE, locked, debt - ADDRESS_INTERVAL * (ADDRESS_BURST - 1))


def fail(database: Documents, account: str | None, address: str, now: datetime) -> None:
    """Count one failure."""
    if account:
        _fail(database, f"account:{account}", now)
    later = {"$add": [{"$max": ["$until", now]}, ADDRESS_INTERVAL // timedelta(milliseconds=1)]}
    values = {"until": later, "expires": now + FORGOTTEN_AFTER}
    database[COLLECTION].update_one({"_id": f"address:{address}"}, [{"$set": values}], upsert=True)


def clear(database: Documents, account: str) -> None:
    """The account's own password or code was given: its failures are forgotten, those of the address are not."""
    database[COLLECTION].delete_one({"_id": f"account:{account}"})


def _fail(database: Documents, key: str, now: datetime) -> None:
    counted = database[COLLECTION].find_one_and_update(
        {"_id": key},
        {"$inc": {"failures": 1}, "$max": {"expires": now + FORGOTTEN_AFTER}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    locked = now + delay(counted["failures"] if counted else 1)
    database[COLLECTION].update_one({"_id": key}, {"$max": {"until": locked}})
