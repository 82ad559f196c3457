"""The parameters that an operation was sent. https://hl7.org/fhir/R4/operations.html#request"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir_server.errors import BadRequest, InvalidParameter
from fhir_server.messages import FhirRequest, Parameters
from fhir_server.search import refusals
from resources.issues import Text

CUTTING = ("_summary", "_elements")
"""What is done to the resources of any answer."""


def parameters(request: FhirRequest) -> dict[str, Any]:
    """Name -> value, of a Parameters resource (the value as in JSON) or, for GET, of the query (a string); of a name
    that repeats the last. Raises BadRequest."""
    if request.method in ("GET", "HEAD") or request.body is None:
        return dict(request.query)
    return dict(_sent(request.body))


def as_query(request: FhirRequest) -> Parameters:
    """All parameters, those of a Parameters resource as a query would have them: of a Reference its Type/id, of an
    Identifier or a code system|value. For operations that can be asked by GET too. Raises BadRequest."""
    if request.method in ("GET", "HEAD") or request.body is None:
        return request.query
    return (*request.query, *((name, _as_text(name, value)) for name, value in _sent(request.body)))


def named(query: Parameters, once: tuple[str, ...], many: tuple[str, ...] = (), *, lenient: bool) -> dict[str, str]:
    """The values of parameters that may be given once, and of those that may be given often, joined by commas. Raises
    InvalidParameter for others, unless lenient."""
    found: dict[str, str] = {}
    for name, value in query:
        if name in many and name in found:
            found[name] = f"{found[name]},{value}"
        elif name in found:
            raise refusals.repeated(name)
        elif name in once or name in many:
            found[name] = value
        elif not lenient and name not in CUTTING:
            raise _unknown(name, (*once, *many))
    return found


def _unknown(name: str, known: tuple[str, ...]) -> InvalidParameter:
    names = ", ".join(one for one in known if one != "_cursor")
    return refusals.refuse(
        name,
        f"The operation has no parameter '{refusals.shown(name)}'; it has {names}.",
        f"Operasi ini tidak mempunyai parameter '{refusals.shown(name)}'; yang ada: {names}.",
    )


def _sent(body: Any) -> Iterator[tuple[str, Any]]:
    rows = body.get("parameter", []) if isinstance(body, dict) and body.get("resourceType") == "Parameters" else None
    if not isinstance(rows, list):
        raise BadRequest(Text("Send a Parameters resource.", "Kirim sumber daya Parameters."))
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("name"), str):
            yield row["name"], next((value for name, value in row.items() if name.startswith("value")), None)


def _as_text(name: str, value: Any) -> str:
    match value:
        case {"coding": [{"code": str()} as coding, *_]}:
            return _as_text(name, coding)
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case {"reference": str(text)}:
            return text
        case {"system": str(system), "code": str(text)} | {"system": str(system), "value": str(text)}:
            return f"{system}|{text}"
        case {"code": str(text)} | {"value": str(text)}:
            return text
    raise refusals.wrong_value(name, type(value).__name__, "a plain value", "nilai sederhana")
