"""Documents as the store keeps them, and whether a search finds them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bson.decimal128 import Decimal128

from fhir_server.messages import Resource
from fhir_server.search.compile import compile
from fhir_server.search.index import describe
from fhir_server.search.query import parse
from fhir_server.search.terminology import Known
from tests.fhir_server.search.evaluator import matches

ZONE = ZoneInfo("Asia/Makassar")
BASE = "https://rsud.example/fhir"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def stored(resource: Resource, *, updated: datetime = NOW) -> dict[str, Any]:
    described = describe(resource, zone=ZONE, base=BASE)
    return {
        "_id": resource.get("id", "1"),
        "version": 1,
        "updated": updated,
        "deleted": False,
        "resource": resource,
        "index": described.index,
        "compartments": described.compartments,
        "search": described.search,
    }


def filter_of(type: str, *parameters: tuple[str, str], known: Known | None = None) -> dict[str, Any]:
    return compile(parse(type, parameters), zone=ZONE, base=BASE, now=NOW, known=known)


def found(resource: Resource, *parameters: tuple[str, str], known: Known | None = None) -> bool:
    """Whether the search with these parameters finds the resource."""
    return matches(filter_of(resource["resourceType"], *parameters, known=known), stored(resource))


def as_bson(value: Any) -> Any:
    """The value with its decimals as MongoDB's driver wants them."""
    if isinstance(value, dict):
        return {key: as_bson(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_bson(inner) for inner in value]
    return Decimal128(value) if isinstance(value, Decimal) else value
