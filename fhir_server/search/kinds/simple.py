"""The kinds of parameters that have values of their own, by the type of the parameter; composites are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fhir_server.search.fields import Entry, Field, Filter
from fhir_server.search.kinds import date, number, quantity, reference, string, token, uri
from fhir_server.search.locality import Locality

IndexValue = Callable[[str, Any, Field, Locality], list[Entry]]
Match = Callable[[Field, str, str | None, Locality], Filter]

INDEXES: Mapping[str, IndexValue] = {
    "string": string.index,
    "token": token.index,
    "date": date.index,
    "number": number.index,
    "quantity": quantity.index,
    "reference": reference.index,
    "uri": uri.index,
}
MATCHES: Mapping[str, Match] = {
    "string": string.match,
    "token": token.match,
    "date": date.match,
    "number": number.match,
    "quantity": quantity.match,
    "reference": reference.match,
    "uri": uri.match,
}
