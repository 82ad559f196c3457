"""The resource profiles of the official package as rows: only what they add to their base type. https://hl7.org/fhir/R4/profiling.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from resources.definitions.expansion import Expansion

Json = dict[str, Any]


def profiles(structures: Iterable[Json], types: Json, expansion: Expansion) -> Json:
    """{"profiles": {url: {"type", "elements": [row]}}, "codes": {value set: {system: [codes]}}}."""
    known = frozenset(_known(types))
    found = {
        structure["url"]: {
            "type": structure["type"],
            "elements": [row for element in structure["snapshot"]["element"] for row in _row(element, known)],
        }
        for structure in structures
        if structure.get("derivation") == "constraint" and structure["kind"] == "resource" and "snapshot" in structure
    }
    urls = {row["codes"] for profile in found.values() for row in profile["elements"] if "codes" in row}
    return {"profiles": dict(sorted(found.items())), "codes": {url: expansion.expand(url) for url in sorted(urls)}}


def _known(types: Json) -> Iterator[str]:
    """What the base types say already: keys of invariants, and "Observation.status http://…" for required bindings."""
    for path, table in types.items():
        yield from table["invariants"]
        for row in table["elements"]:
            yield from row.get("invariants", ())
            if "codes" in row:
                yield f"{path}.{row['name']} {row['codes']}"


def _row(element: Json, known: frozenset[str]) -> Iterator[Json]:
    """Nothing for an element that says no more than its base does."""
    row = {**_cardinality(element), **_values(element)}
    binding = element.get("binding", {})
    codes = binding.get("valueSet", "").partition("|")[0]
    if binding.get("strength") == "required" and f"{element['base']['path']} {codes}" not in known:
        row["codes"] = codes
    profiles = [url for entry in element.get("type", ()) for url in entry.get("profile", ())]
    if "sliceName" in element and profiles and element["path"].endswith("xtension"):
        row["url"] = profiles[0]
    if element["path"].endswith("[x]"):
        row["types"] = [entry["code"] for entry in element.get("type", ())]
    if "slicing" in element and "xtension" not in element["path"].rpartition(".")[2]:
        slicing = element["slicing"]
        row["slicing"] = [[part["type"], part["path"]] for part in slicing.get("discriminator", ())]
        row["closed"] = slicing["rules"] == "closed"
    rules = {rule["key"]: rule for rule in element.get("constraint", ()) if rule["key"] not in known | {"ele-1"}}
    if rules:
        row["invariants"] = {
            key: [rule["severity"], rule["human"], rule["expression"]]
            for key, rule in rules.items()
            if "expression" in rule
        }
    if row:
        yield {"id": element["id"], **row}


def _cardinality(element: Json) -> Json:
    base = element["base"]
    row: Json = {}
    if element["min"] != base["min"] or "sliceName" in element:
        row["min"] = element["min"]
    if element["max"] != base["max"] and element["max"] != "*":
        row["max"] = int(element["max"])
    return row


def _values(element: Json) -> Json:
    return {kind: value for key, value in element.items() for kind in ("fixed", "pattern") if key.startswith(kind)}
