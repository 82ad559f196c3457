"""References and URIs. https://hl7.org/fhir/R4/search.html#reference

Our choices: a version in a reference counts only where the search names one; references into the resource itself, and
those that only have an identifier, are not found by a literal; a canonical is found with its version and without.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def addresses(type: str, value: Any, base: str) -> list[str]:
    """The texts by which a value is found: Type/id for what is here, the URL for what is elsewhere."""
    if type == "canonical":
        return [value, value.split("|")[0]] if "|" in value else [value]
    if type != "Reference":
        return [value]
    url = value.get("reference", "#")
    return [] if url.startswith("#") else [here(url, base)]


def versions(type: str, value: Any, base: str) -> list[str]:
    """The same with the version that a reference is to; nothing where it is to none."""
    url = value.get("reference", "") if type == "Reference" else ""
    return [f"{here(url, base)}/_history/{url.split('/_history/')[1]}"] if "/_history/" in url else []


def here(url: str, base: str) -> str:
    url = url[len(base) + 1 :] if url.startswith(f"{base}/") else url
    return url.split("/_history/")[0]


def wanted(text: str, targets: Iterable[str], base: str) -> set[str]:
    """The addresses that a search value may mean."""
    bare, slash, version = here(text, base), "/_history/" in text, text.rpartition("/")[2]
    known = {bare} if "/" in bare else {bare, *(f"{type}/{bare}" for type in targets)}
    return {f"{one}/_history/{version}" for one in known} if slash else known


def is_above(url: str, other: str) -> bool:
    """Whether the other URL goes on behind a slash of this one, or is the same."""
    return url == other or other.startswith(f"{url.removesuffix('/')}/") or url == f"{other}/"
