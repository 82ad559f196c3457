"""The registered clients, in `auth_clients`: one document for each, found by its client_id."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from auth.models import Client
from auth.storage.database import Documents

COLLECTION = "auth_clients"
OWN = "auth_own_clients"


def find(database: Documents, client_id: str) -> Client | None:
    document = database[COLLECTION].find_one({"_id": client_id})
    return None if document is None else _client(document)


def everyone(database: Documents) -> Iterator[Client]:
    """All clients in the order of their names."""
    return map(_client, database[COLLECTION].find({}, sort=[("name", 1), ("_id", 1)]))


def launchable(database: Documents) -> Iterator[Client]:
    """Those that the hospital's own system can open, in the order of their names."""
    return map(_client, database[COLLECTION].find({"launch_uri": {"$ne": None}}, sort=[("name", 1), ("_id", 1)]))


def add(database: Documents, client: Client) -> None:
    database[COLLECTION].insert_one(_document(client))


def keep(database: Documents, client: Client) -> None:
    """The hospital's own app as it is now: once made, it stays removed when somebody has removed it."""
    made = database[OWN].find_one({"_id": client.client_id}) is not None
    database[COLLECTION].replace_one({"_id": client.client_id}, _document(client), upsert=not made)
    database[OWN].replace_one({"_id": client.client_id}, {}, upsert=True)


def remove(database: Documents, client_id: str) -> bool:
    """False where there is no such client."""
    return database[COLLECTION].delete_one({"_id": client_id}).deleted_count == 1


def with_origin(database: Documents, origin: str) -> bool:
    """Whether a client's page lives at this origin, such as https://app.example: one of its redirects starts so."""
    return database[COLLECTION].find_one({"origins": origin}, {"_id": 1}) is not None


def _document(client: Client) -> dict[str, Any]:
    document = dataclasses.asdict(client)
    origins = sorted({f"{url.scheme}://{url.netloc}" for url in map(urlsplit, client.redirect_uris)})
    return {"_id": document.pop("client_id"), "origins": origins, **document}


def _client(document: dict[str, Any]) -> Client:
    values = {field.name: document[field.name] for field in dataclasses.fields(Client)[1:]}
    lists = {name: tuple(values[name]) for name in ("grants", "redirect_uris")}
    return Client(document["_id"], **{**values, **lists})
