"""The synchronous MongoDB client of the authorization server: its library runs in threads and knows no other kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

DatabaseFailed = PyMongoError
Documents = Database[dict[str, Any]]

INDEXES: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "auth_codes": (("kept_until", True),),
    "auth_requests": (("expires", True),),
    "auth_launches": (("expires", True),),
    "auth_jti": (("expires", True),),
    "auth_tokens": (("expires", True),),
    "auth_grants": (("until", True), ("username", False), ("client_id", False)),
    "auth_clients": (("origins", False),),
    "auth_initial_tokens": (("expires", True),),
    "auth_users": (("fhir_user", False), ("acts_for.patient", False)),
    "auth_sessions": (("expires", True), ("username", False)),
    "auth_attempts": (("expires", True),),
    "auth_binds": (("expires", True), ("username", False)),
    "auth_bpjs_tokens": (("expires", True), ("username", False)),
}
"""Of each collection: the field, and whether MongoDB removes a document once that time has come."""


@contextmanager
def connected(uri: str, name: str) -> Iterator[Documents]:
    """The database, with its indexes; what is written waits for the majority and the journal."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        uri,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        serverSelectionTimeoutMS=5000,
        maxPoolSize=32,
        tz_aware=True,
        appname="rsud-auth",
    )
    with client:
        database = client[name]
        make_indexes(database)
        yield database


def make_indexes(database: Documents) -> None:
    for collection, fields in INDEXES.items():
        for field, expires in fields:
            options: dict[str, Any] = {"expireAfterSeconds": 0} if expires else {}
            database[collection].create_index(field, **options)
