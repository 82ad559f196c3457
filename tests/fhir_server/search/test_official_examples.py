"""The official examples: a parameter has the values that fhirpathpy finds, and a search for each finds the resource.

The examples (npm hl7.fhir.r4.examples 4.0.1, CC0) are fetched by the test set-up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import fhirpathpy
import pytest
from fhirpathpy.models import models

from fhir_server.messages import Resource
from fhir_server.search.compile import compile
from fhir_server.search.escapes import escape
from fhir_server.search.fields import Field, fields
from fhir_server.search.kinds import composite
from fhir_server.search.kinds.simple import INDEXES
from fhir_server.search.kinds.string import PARTS
from fhir_server.search.locality import Locality
from fhir_server.search.query import parse
from resources.definitions.structure import resource_types
from tests.fhir_server.search.evaluator import matches
from tests.fhir_server.search.stored import BASE, NOW, ZONE, stored

FOLDER = Path(__file__).parents[3] / ".cache" / "hl7.fhir.r4.examples" / "package"
MOST, LARGEST = 12, 60_000
WITHOUT_EXAMPLE = {
    *("Parameters", "SubstanceNucleicAcid", "SubstancePolymer", "SubstanceProtein"),
    *("SubstanceReferenceInformation", "SubstanceSourceMaterial"),
}

# What fhirpathpy 2 cannot evaluate, and what it can that means the same:
# - it does not know that every resource is a Resource: Resource.id finds nothing;
# - `as` on several values is an error to it (and to FHIRPath, though not to R4's search parameters): ofType;
# - hasExtension() is unknown to it; resolve() too: its type test is done on the reference by `refers_to`.
REWRITES = (
    (re.compile(r"\b(?:Domain)?Resource\."), "%type%."),
    (re.compile(r"\(([\w.]+) as (\w+)\)"), r"\1.where($this is \2)"),
    (re.compile(r"\.as\((\w+)\)"), r".where($this is \1)"),
    (re.compile(r"hasExtension\('([^']+)'\)"), r"extension.where(url = '\1').exists()"),
)
RESOLVE = re.compile(r"\.where\(resolve\(\) is (\w+)\)")


@cache
def paths_of(type: str) -> list[Path]:
    """The smallest examples of a type."""
    found = sorted(FOLDER.glob(f"{type}-*.json"), key=lambda path: (path.stat().st_size, path.name))
    return found[:1] + [path for path in found[1:MOST] if path.stat().st_size < LARGEST]


def examples(type: str) -> list[Resource]:
    found = [json.loads(path.read_bytes(), parse_float=Decimal) for path in paths_of(type)]
    return [one for one in found if one.get("resourceType") == type]


@cache
def oracle(expression: str, type: str) -> Any:
    for pattern, instead in REWRITES:
        expression = pattern.sub(instead.replace("%type%", type), expression)
    return fhirpathpy.compile(RESOLVE.sub("", expression), models["r4"])


def by_fhirpathpy(resource: Resource, field: Field) -> list[Any]:
    type, expression = resource["resourceType"], field.parameter.expression
    own = " | ".join(
        part for part in expression.split(" | ") if re.search(rf"\b({type}|Resource|DomainResource)(\.|$)", part)
    )
    found = oracle(own or expression, type)(resource, {})
    if target := RESOLVE.search(own):
        return [value for value in found if refers_to(value, target[1])]
    return list(found)


def refers_to(reference: dict[str, Any], type: str) -> bool:
    """False where the reference does not tell its type (#contained, urn:uuid, an identifier): it does not resolve."""
    told = re.search(r"(?:^|/)([A-Z]\w+)/[^/]+(?:/_history/\w+)?$", reference.get("reference", ""))
    return (told[1] if told else reference.get("type")) == type


def comparable(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=float)


@pytest.mark.parametrize("type", sorted(set(resource_types()) - WITHOUT_EXAMPLE))
def test_the_values_of_every_parameter_are_those_of_fhirpath(type: str) -> None:
    resources = examples(type)
    assert resources, f"no example of {type} in {FOLDER}: run `make test`, which fetches them"
    for resource in resources:
        for code, field in fields(type).items():
            if field.parameter.type in ("composite", "special"):
                continue
            ours = {comparable(value) for path in field.parameter.paths for _, value in path.values(type, resource)}
            theirs = {comparable(value) for value in by_fhirpathpy(resource, field)}
            assert ours == theirs, (resource.get("id"), code)


@pytest.mark.parametrize("type", sorted(set(resource_types()) - WITHOUT_EXAMPLE))
def test_the_index_has_the_entries_of_all_values(type: str) -> None:
    """One walk through the resource finds what each path alone leads to."""
    locality = Locality(ZONE, BASE, NOW)
    for resource in examples(type):
        index = stored(resource)["index"]
        for code, field in fields(type).items():
            if field.parameter.type in ("composite", "special") or field.layout == "scalar":
                continue
            nodes = [node for path in field.parameter.paths for node in path.values(type, resource)]
            if all(kind != "Extension" for kind, _ in nodes):
                entries = INDEXES[field.parameter.type]
                expected = [entry for kind, value in nodes for entry in entries(kind, value, field, locality)]
                held = index.get(code, [])
                assert {str(one) for one in (held if isinstance(held, list) else [held] if held else [])} == {
                    str(one) for one in expected
                }, (resource.get("id"), code)
                assert (code in index) == bool(nodes), (resource.get("id"), code)


@pytest.mark.parametrize("type", sorted(set(resource_types()) - WITHOUT_EXAMPLE))
def test_a_search_for_each_value_finds_the_resource(type: str) -> None:
    for resource in examples(type):
        document = stored(resource)
        for code, field in fields(type).items():
            if field.parameter.type == "composite":
                for text in groups(field, resource):
                    filter = compile(parse(type, ((code, text),)), zone=ZONE, base=BASE, now=NOW)
                    assert matches(filter, document), (resource.get("id"), code, text)
            elif field.layout != "scalar":
                values = [node for path in field.parameter.paths for node in path.values(type, resource)]
                searches = [one for kind, value in values for one in searches_for(field, kind, value)]
                for modifier, text in [*searches, (":missing", "false" if values else "true")]:
                    query = parse(type, ((code + modifier, text),))
                    filter = compile(query, zone=ZONE, base=BASE, now=NOW)
                    assert matches(filter, document), (resource.get("id"), code + modifier, text)


def groups(field: Field, resource: Resource) -> Iterator[str]:
    """The searches of a composite that must find the resource: the first value of each component."""
    for one in field.alternatives or (field,):
        for path in one.parameter.paths:
            for node in path.values(resource["resourceType"], resource):
                values = [composite.values(component, node, resource) for component in one.components]
                searches = [
                    [text for kind, value in found for _, text in searches_for(component.field, kind, value)]
                    for component, found in zip(one.components, values, strict=True)
                ]
                if all(searches):
                    yield "$".join(texts[0] for texts in searches)


def searches_for(field: Field, kind: str, value: Any) -> Iterator[tuple[str, str]]:
    """Searches (modifier, value) that must find a resource with this value."""
    match field.parameter.type:
        case "string" if isinstance(value, str):
            yield "", escape(value[:400])
            if len(value) < 1000:
                yield ":exact", escape(value)
        case "string" if kind != "Extension":
            found = [value.get(part, []) for part in PARTS[kind]]
            yield from (("", escape(text)) for one in found for text in (one if isinstance(one, list) else [one]))
        case "token":
            yield from (("", text) for text in tokens(field, kind, value))
        case "date" if isinstance(value, str) and kind != "string":
            yield from (("", prefix + value) for prefix in ("", "ge", "le", "ap"))
        case "date" if kind == "Period":
            yield from (("", prefix + value[end]) for prefix, end in (("ge", "start"), ("le", "end")) if end in value)
        case "number" if not isinstance(value, dict):
            yield from (("", f"{prefix}{value}") for prefix in ("", "ge", "le"))
        case "quantity" if "value" in value and "comparator" not in value:
            unit = value.get("code", value.get("currency", value.get("unit", "")))
            yield from (("", f"{prefix}{value['value']}||{escape(unit)}") for prefix in ("", "ge", "le", "ap"))
        case "reference":
            url = value.get("reference", "#") if kind == "Reference" else value if isinstance(value, str) else "#"
            if not url.startswith("#"):
                yield "", escape(url)
        case "uri":
            yield "", escape(value)


def tokens(field: Field, kind: str, value: Any) -> Iterable[str]:
    match kind:
        case "CodeableConcept":
            return [text for coding in value.get("coding", ()) for text in tokens(field, "Coding", coding)]
        case "Coding" | "Identifier" | "ContactPoint":
            code, system = value.get("code" if kind == "Coding" else "value"), value.get("system", "")
            system = value.get("use", "") if kind == "ContactPoint" else system
            return [escape(code), f"{escape(system)}|{escape(code)}"] if code else []
        case "boolean":
            return [str(value).lower()]
        case "Extension" | "Quantity" | "Range" | "Reference":
            return []
    return [escape(value)]
