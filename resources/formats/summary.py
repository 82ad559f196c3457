"""Part of a resource: _summary and _elements. https://hl7.org/fhir/R4/search.html#summary

Everything shortened carries the tag SUBSETTED, so that nobody writes it back as the whole resource.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal, get_args

from resources.definitions.structure import Element, definition

Mode = Literal["true", "text", "data", "count", "false"]
MODES: tuple[str, ...] = get_args(Mode)

SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

_ALWAYS = ("resourceType", "id", "meta")
_CHANGES_THE_REST = ("implicitRules", "modifierExtension")
"""What alters the meaning of the elements beside it may not be left out with them."""

_Json = dict[str, Any]


def summarise(resource: Mapping[str, Any], mode: Mode) -> _Json:
    """A copy in one of the five modes. `count` concerns a searchset Bundle, which loses its entries;
    the resources inside a Bundle are the caller's to summarise."""
    if mode == "false":
        return dict(resource)
    if mode == "count":
        return {key: value for key, value in resource.items() if key != "entry"}
    if mode == "data":
        return _tagged(resource, {key: value for key, value in resource.items() if key not in ("text", "_text")})
    if mode == "text":
        return _tagged(resource, _filtered(resource, lambda name, element: name == "text" or element.min > 0))
    return _tagged(resource, _summary(resource, resource["resourceType"]))


def only_elements(resource: Mapping[str, Any], names: Iterable[str]) -> _Json:
    """A copy with the elements of these names (`value` or `valueQuantity` for a choice, `Patient.name` as well as
    `name`), the mandatory ones, and those without which the rest would be misread."""
    prefix = resource["resourceType"] + "."
    wanted = {name.removeprefix(prefix).removesuffix("[x]") for name in names} | set(_CHANGES_THE_REST)
    return _tagged(
        resource,
        _filtered(resource, lambda name, element: name in wanted or element.name in wanted or element.min > 0),
    )


def _filtered(resource: Mapping[str, Any], keep: Callable[[str, Element], bool]) -> _Json:
    properties = definition(resource["resourceType"]).properties
    return {
        key: value
        for key, value in resource.items()
        if key in _ALWAYS or ((name := key.removeprefix("_")) in properties and keep(name, properties[name][0]))
    }


def _summary(value: Mapping[str, Any], type: str) -> _Json:
    """The summary elements of an object, and of the objects in them; what would be left empty is left out."""
    rows = _summary_rows(type)
    content: _Json = {}
    for key, child in value.items():
        name = key.removeprefix("_")
        if key in _ALWAYS:
            content[key] = child
        elif name in rows:
            kept = child if key != name else _inside(child, rows[name])
            if kept not in ({}, []):
                content[key] = kept
    return content


@cache
def _summary_rows(type: str) -> dict[str, str]:
    """{JSON name: type} of the summary elements; empty for a type that says nothing, which is kept whole."""
    rows = {name: kind for name, (element, kind) in definition(type).properties.items() if element.summary}
    return rows if set(rows) - {"modifierExtension"} else {}


def _inside(value: Any, type: str) -> Any:
    if type in ("Resource", "Meta") or not isinstance(value, list | dict) or not _summary_rows(type):
        return value
    if isinstance(value, list):
        return [kept for child in value if (kept := _inside(child, type)) != {}]
    return _summary(value, type)


def _tagged(original: Mapping[str, Any], content: _Json) -> _Json:
    meta = dict(original.get("meta", {}))
    tags = [tag for tag in meta.get("tag", ()) if (tag.get("system"), tag.get("code")) != tuple(SUBSETTED.values())]
    meta["tag"] = [*tags, dict(SUBSETTED)]
    head: _Json = {key: content[key] for key in ("resourceType", "id") if key in content}
    return {**head, "meta": meta, **{key: value for key, value in content.items() if key not in _ALWAYS}}
