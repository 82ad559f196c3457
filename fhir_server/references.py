"""References inside resources: finding and rewriting them. https://hl7.org/fhir/R4/references.html"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fhir_server.messages import Resource
from resources.definitions.structure import resource_types

URL_PROPERTIES = frozenset({"reference", "url", "uri", "valueUri", "valueUrl", "valueUuid", "valueOid"})
"""The JSON properties whose text a transaction rewrites when it names another entry."""

REFERENCE = frozenset({"reference"})
POINTING = frozenset({"reference", "url"})
LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/.*)?", re.ASCII)


def rewrite(value: Any, mapping: Mapping[str, str]) -> Any:
    """A copy in which every reference or url that `mapping` knows is replaced; the same object where there is none."""
    if isinstance(value, dict):
        changed = {name: _property(name, item, mapping) for name, item in value.items()}
        return changed if any(changed[name] is not value[name] for name in value) else value
    if isinstance(value, list):
        items = [rewrite(item, mapping) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _property(name: str, value: Any, mapping: Mapping[str, str]) -> Any:
    if name in URL_PROPERTIES and isinstance(value, str):
        return mapping.get(value, value)
    if name == "div" and isinstance(value, str):
        return _narrative(value, mapping)
    return rewrite(value, mapping)


def _narrative(div: str, mapping: Mapping[str, str]) -> str:
    for old, new in mapping.items():
        if old in div:
            div = div.replace(f'"{old}"', f'"{new}"')
    return div


def literals(value: Any, names: frozenset[str] = REFERENCE) -> Iterator[str]:
    """The text of every Reference inside, in order; or of every property of these names."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in names and isinstance(item, str):
                yield item
            else:
                yield from literals(item, names)
    elif isinstance(value, list):
        for item in value:
            yield from literals(item, names)


def local(resource: Resource, base: str) -> Iterator[tuple[str, str]]:
    """Type and id of all that a resource points to on this server, by references and by the URLs of attachments."""
    for text in literals(resource, POINTING):
        match = LOCAL.fullmatch(text.removeprefix(f"{base}/"))
        if match and match[1] in resource_types():
            yield match[1], match[2]


def conditional(resource: Resource) -> list[str]:
    """The conditional references of a resource: Patient?identifier=..."""
    return [text for text in literals(resource) if text.partition("?")[0].isalpha() and "?" in text]
