"""References inside resources: finding and rewriting them. https://hl7.org/fhir/R4/references.html"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fhir_server.messages import Resource

URL_PROPERTIES = frozenset({"reference", "url", "uri", "valueUri", "valueUrl", "valueUuid", "valueOid"})
"""The JSON properties whose text a transaction rewrites when it names another entry."""


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


def literals(value: Any) -> Iterator[str]:
    """The text of every Reference inside, in order."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "reference" and isinstance(item, str):
                yield item
            else:
                yield from literals(item)
    elif isinstance(value, list):
        for item in value:
            yield from literals(item)


def conditional(resource: Resource) -> list[str]:
    """The conditional references of a resource: Patient?identifier=..."""
    return [text for text in literals(resource) if text.partition("?")[0].isalpha() and "?" in text]
