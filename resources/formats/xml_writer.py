"""The XML text of a resource, its elements in the order of the specification. https://hl7.org/fhir/R4/xml.html"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import escape

from resources.definitions.structure import Element, definition, primitive_types, resource_types
from resources.formats.malformed import UNUSABLE, MalformedXml
from resources.formats.numbers import plain
from resources.formats.xml_parser import FHIR, XHTML, parse

_SPECIAL = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}

_Row = tuple[int, Element, str]


def write(resource: Mapping[str, Any], *, pretty: bool = False) -> bytes:
    """The XML text of a resource in UTF-8. Raises ValueError where the resource does not follow the element tables."""
    body = _resource(resource, "\n" if pretty else "", f' xmlns="{FHIR}"')
    separator = "" if pretty else "\n"
    return f'<?xml version="1.0" encoding="UTF-8"?>{separator}{body}'.encode()


def _resource(resource: Mapping[str, Any], indent: str, namespace: str = "") -> str:
    if not isinstance(resource, dict) or resource.get("resourceType") not in resource_types():
        raise ValueError("a resource needs the resourceType of R4")
    content = {name: value for name, value in resource.items() if name != "resourceType"}
    return _object(resource["resourceType"] + namespace, content, resource["resourceType"], indent)


def _object(tag: str, content: Mapping[str, Any], type: str, indent: str) -> str:
    """`tag`: the name of the element, with a namespace declaration where there is one."""
    if not isinstance(content, dict):
        raise ValueError(f"{tag} should be an object")
    attributes: list[str] = []
    children: list[str] = []
    for name, (_, element, kind) in _in_order(content, type):
        if element.attribute:
            attributes.append(f' {name}="{_quoted(_text(content[name]))}"')
        else:
            children += _property(name, content, kind, indent and indent + "  ")
    name = tag.partition(" ")[0]
    if not children:
        return f"{indent}<{tag}{''.join(attributes)}/>"
    return f"{indent}<{tag}{''.join(attributes)}>{''.join(children)}{indent}</{name}>"


def _in_order(content: Mapping[str, Any], type: str) -> list[tuple[str, _Row]]:
    rows = _rows(type)
    names = dict.fromkeys(key.removeprefix("_") for key in content)
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise ValueError(f"{type} has no element {unknown[0]}")
    return sorted(((name, rows[name]) for name in names), key=lambda item: item[1][0])


@cache
def _rows(type: str) -> dict[str, _Row]:
    properties = definition(type).properties.items()
    return {name: (place, element, kind) for place, (name, (element, kind)) in enumerate(properties)}


def _property(name: str, content: Mapping[str, Any], type: str, indent: str) -> list[str]:
    values = _as_list(content.get(name))
    if type == "xhtml":
        return [indent + _xhtml(value) for value in values]
    if type in primitive_types():
        extras = _as_list(content.get("_" + name))
        return [_primitive(name, value, extra, indent) for value, extra in zip_longest(values, extras)]
    if type == "Resource":
        inner = indent and indent + "  "
        return [f"{indent}<{name}>{_resource(value, inner)}{indent}</{name}>" for value in values]
    return [_object(name, value, type, indent) for value in values]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _primitive(name: str, value: Any, extra: Any, indent: str) -> str:
    tag = name if value is None else f'{name} value="{_quoted(_text(value))}"'
    return f"{indent}<{tag}/>" if extra is None else _object(tag, extra, "Element", indent)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, int):
        return str(value)
    raise ValueError(f"{value!r} is not the value of a primitive")


def _quoted(text: str) -> str:
    return text if text.isalnum() else escape(UNUSABLE.sub("\ufffd", text), _SPECIAL)


def _xhtml(value: Any) -> str:
    """The div as it is. One that is not well-formed would break the whole document: it becomes plain text in a div."""
    text = UNUSABLE.sub("\ufffd", _text(value)).strip()
    try:
        well_formed = text.startswith("<div") and parse(text.encode()).tag == f"{{{XHTML}}}div"
    except MalformedXml:
        well_formed = False
    return text if well_formed else f'<div xmlns="{XHTML}">{escape(text)}</div>'
