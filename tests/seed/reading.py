"""Reading a generated record: what of a type, when, about whom."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

Resource = dict[str, Any]


def of(record: list[Resource], *types: str) -> list[Resource]:
    return [resource for resource in record if resource["resourceType"] in types]


def codes(record: list[Resource]) -> set[str]:
    """The ICD-10 codes of a record."""
    return {
        coding["code"]
        for condition in of(record, "Condition")
        for coding in condition["code"].get("coding", ())
        if coding["system"].endswith("icd-10")
    }


def code(resource: Resource) -> str:
    return str(resource["code"].get("coding", [{"code": ""}])[0]["code"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def period(resource: Resource) -> tuple[datetime, datetime]:
    return at(resource["period"]["start"]), at(resource["period"]["end"])


def values(record: list[Resource], loinc: str) -> list[float]:
    """What was measured, in the order of time."""
    found = [item for item in of(record, "Observation") if code(item) == loinc]
    return [float(item["valueQuantity"]["value"]) for item in sorted(found, key=lambda item: item["effectiveDateTime"])]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "reference":
                yield item
            else:
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value
