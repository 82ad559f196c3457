"""Bundles to send, and what a database holds before and after."""

from __future__ import annotations

from typing import Any

import httpx
from pymongo.database import Database

Json = dict[str, Any]

NIK = "https://fhir.kemkes.go.id/id/nik"
SYSTEM = "http://example.org/journeys"


def entry(method: str, url: str, resource: object = None, full_url: str | None = None, **request: str) -> Json:
    """`request`: ifMatch, ifNoneExist and so on."""
    found: Json = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        found["resource"] = resource
    if full_url is not None:
        found["fullUrl"] = full_url
    return found


def bundle(*entries: object, type: str = "transaction") -> Json:
    return {"resourceType": "Bundle", "type": type, "entry": list(entries)}


def patient(value: str, **more: object) -> Json:
    return {"resourceType": "Patient", "identifier": [{"system": SYSTEM, "value": value}], **more}


def observation(subject: str, text: str = "suhu", **more: object) -> Json:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": text},
        "subject": {"reference": subject},
        **more,
    }


def contents(database: Database[Json]) -> Json:
    """Every document of every resource type and of the histories, by collection and id."""
    names = [name for name in database.list_collection_names() if name[0].isupper()]
    found = {name: {row["_id"]: row for row in database[name].find()} for name in names}
    return {name: rows for name, rows in sorted(found.items()) if rows}


def statuses(response: httpx.Response) -> list[int]:
    return [int(part["response"]["status"][:3]) for part in response.json()["entry"]]


def places(response: httpx.Response) -> list[str]:
    """Where the issues of an OperationOutcome say that it went wrong."""
    body = response.json()
    assert body["resourceType"] == "OperationOutcome", body
    return [place for issue in body["issue"] for place in issue.get("expression", ())]
