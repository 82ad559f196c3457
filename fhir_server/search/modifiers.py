"""Which modifiers a search parameter of a type knows. https://hl7.org/fhir/R4/search.html#modifiers"""

from __future__ import annotations

from fhir_server.search.fields import Field
from fhir_server.search.kinds import reference, string, token, uri

TYPE = "[type]"


def known(field: Field) -> frozenset[str]:
    """All that may stand behind the colon, the types of a reference one by one."""
    shown_ = shown(field)
    return (shown_ - {TYPE}) | frozenset(field.parameter.target) if TYPE in shown_ else shown_


def shown(field: Field) -> frozenset[str]:
    """The same for people: `[type]` for the types of a reference."""
    match field.parameter.type:
        case "string":
            return string.MODIFIERS | {"missing"}
        case "token":
            return token.modifiers(field) | {"missing"}
        case "uri":
            return uri.MODIFIERS | {"missing"}
        case "reference":
            identified = reference.MODIFIERS if "Reference" in field.types else frozenset()
            placed = {"above", "below"} if not reference.PARTS.keys().isdisjoint(field.parameter.target) else set()
            return identified | placed | {"missing", TYPE}
        case "special" if field.code != "near":
            return frozenset()
    return frozenset({"missing"})
