"""A search in words, as the server understood it: for people who ask why it finds what it finds."""

from __future__ import annotations

from fhir_server.search.conditions import AllOf, AnyOf, Chain, Condition, Criterion, Has, Holding, Matching, Not
from fhir_server.search.query import Query


def of_query(query: Query) -> str:
    """One line for each condition, all of which must hold; then the order."""
    lines = [f"{query.type} where", *(f"  {words(condition)}" for condition in query.criteria or ())]
    if not query.criteria:
        lines = [f"every {query.type}"]
    order = [f"{key.field.code}{' descending' if key.descending else ''}" for key in query.results.sort]
    return "\n".join([*lines, *([f"  sorted by {', '.join(order)}"] if order else [])])


def words(condition: Condition) -> str:
    match condition:
        case Criterion(field=field, modifier=modifier, values=values):
            code = field.code if modifier is None else f"{field.code}:{modifier}"
            return f"{code} ({field.parameter.type}) is {' or '.join(values)}"
        case Matching(words=text):
            return text
        case Chain(field=field, target=target, inner=inner):
            return f"{field.code} points to {_one(target)} where ({words(inner)})"
        case Has(source=source, field=field, inner=inner):
            return f"{_one(source)} points here by {field.code}, where ({words(inner)})"
        case Holding(type=type, inner=inner):
            return f"it contains {_one(type)} where ({words(inner)})"
        case AllOf(conditions=parts):
            return " and ".join(f"({words(part)})" for part in parts)
        case AnyOf(conditions=parts):
            return " or ".join(f"({words(part)})" for part in parts)
        case Not(condition=part):
            return f"not ({words(part)})"


def _one(type: str) -> str:
    return f"{'an' if type[0] in 'AEIO' else 'a'} {type}"
