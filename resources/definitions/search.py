"""Search parameters and compartments, as data. https://hl7.org/fhir/R4/searchparameter-registry.html"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from resources.definitions.data import read
from resources.definitions.paths import Path, compile_path
from resources.definitions.structure import resource_types


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One search parameter of one resource type. `type` is string, token, date, ...; `target` the types a reference may
    have; `component` pairs of (url, expression) of a composite; `single`: a resource has at most one value for it."""

    code: str
    type: str
    url: str
    expression: str
    paths: tuple[Path, ...]
    target: tuple[str, ...]
    component: tuple[tuple[str, str], ...]

    @property
    def single(self) -> bool:
        return all(path.single for path in self.paths) and len({path.first for path in self.paths}) == 1


@cache
def parameters(resource_type: str) -> Mapping[str, SearchParameter]:
    """The official search parameters of a resource type by code, those of Resource included."""
    rows = [row for base in (resource_type, "DomainResource", "Resource") for row in _rows_by_base().get(base, ())]
    found = (_parameter(row, resource_type) for row in rows)
    return {parameter.code: parameter for parameter in found if parameter.paths}


@cache
def _rows_by_base() -> Mapping[str, list[dict[str, Any]]]:
    by_base: dict[str, list[dict[str, Any]]] = {}
    for row in read("search")["parameters"]:
        for base in row["base"]:
            by_base.setdefault(base, []).append(row)
    return by_base


def _parameter(row: Mapping[str, Any], resource_type: str) -> SearchParameter:
    targets = row.get("target", ())
    return SearchParameter(
        row["code"],
        row["type"],
        row["url"],
        row["expression"],
        compile_path(row["expression"], resource_type),
        resource_types() if "Resource" in targets else tuple(targets),
        tuple((url, expression) for url, expression in row.get("component", ())),
    )


def compartments() -> Mapping[str, Mapping[str, list[str]]]:
    """Compartment -> resource type -> the search parameters that put a resource into it; "{def}" is itself."""
    return read("compartments")
