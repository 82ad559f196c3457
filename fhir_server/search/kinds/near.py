"""Locations by distance. https://hl7.org/fhir/R4/location.html#positional

The position is kept as a point on the globe (GeoJSON, WGS 84), which an index of its own finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fhir_server.errors import InvalidParameter
from fhir_server.messages import Resource
from fhir_server.search import refusals
from fhir_server.search.escapes import split, unescape
from fhir_server.search.fields import Field, Filter
from fhir_server.search.kinds.number import decimal, stored
from fhir_server.search.units import unit

EARTH_KILOMETRES = 6378.1
"""The radius that MongoDB reckons with."""
DEFAULT_KILOMETRES, HALF_ROUND = "10", 20_100
METRE = "m1"


def index(resource: Resource) -> Mapping[str, Any] | None:
    """The position as a GeoJSON point; None where there is none on this globe."""
    position = resource.get("position")
    if resource["resourceType"] != "Location" or not isinstance(position, dict):
        return None
    longitude, latitude = (stored(position.get(name)) for name in ("longitude", "latitude"))
    if longitude is None or latitude is None or not _on_the_globe(longitude, latitude):
        return None
    return {"type": "Point", "coordinates": [float(longitude), float(latitude)]}


def match(field: Field, raw: str) -> Filter:
    """`latitude|longitude`, then a distance, then its unit: 10 km where they are left out."""
    parts = [unescape(part) for part in split(raw, "|")]
    if not 2 <= len(parts) <= 4:
        raise _wrong(field, raw)
    latitude, longitude, distance = (decimal(part) for part in (*parts[:2], [*parts, DEFAULT_KILOMETRES][2] or "10"))
    metres = unit((parts[3] if len(parts) == 4 else "") or "km")
    if latitude is None or longitude is None or distance is None or metres is None or metres.dimension != METRE:
        raise _wrong(field, raw)
    if len(parts) == 2:
        distance = Decimal(DEFAULT_KILOMETRES)
    kilometres = Fraction(distance) * metres.factor / 1000 if abs(distance) < 10**12 else Fraction(-1)
    if not _on_the_globe(longitude, latitude) or not 0 <= kilometres <= HALF_ROUND:
        raise _wrong(field, raw)
    centre = [float(longitude), float(latitude)]
    return {field.path: {"$geoWithin": {"$centerSphere": [centre, float(kilometres) / EARTH_KILOMETRES]}}}


def _on_the_globe(longitude: Decimal, latitude: Decimal) -> bool:
    return abs(longitude) <= 180 and abs(latitude) <= 90


def _wrong(field: Field, raw: str) -> InvalidParameter:
    return refusals.wrong_value(
        field.code,
        raw,
        "latitude|longitude|distance|unit, such as -0.5|117.15|10|km",
        "lintang|bujur|jarak|satuan, misalnya -0.5|117.15|10|km",
    )
