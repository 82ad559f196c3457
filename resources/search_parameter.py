"""What a SearchParameter must be like to be searched by here. https://hl7.org/fhir/R4/searchparameter.html"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resources.definitions.own import CODE, VALUE_TYPES, Own, own, own_parameter
from resources.definitions.paths import UnsupportedPath
from resources.definitions.search import parameters
from resources.definitions.structure import resource_types
from resources.identifiers import Identifier
from resources.issues import Issue, Text

KEY = "urn:rsud-fhir:search-parameter"
SHOWN = 80


def search_parameter_rules(resource: Any) -> Iterator[Issue]:
    """An active one is put to use: it must be one that can be. Others are only kept."""
    row = _row(resource)
    if row is None:
        return
    if not CODE.fullmatch(row.code):
        yield _issue(
            "code",
            "The code of a search parameter here has letters, digits, - and _, up to 64, and begins with a letter.",
            "Kode parameter pencarian di sini terdiri atas huruf, angka, - dan _, paling banyak 64, diawali huruf.",
        )
        return
    if row.type not in VALUE_TYPES:
        kinds = ", ".join(VALUE_TYPES)
        yield _issue(
            "type",
            f"Own search parameters can be of these types: {kinds}.",
            f"Parameter pencarian sendiri dapat berjenis: {kinds}.",
        )
        return
    for base in row.base:
        yield from _base_issues(row, base)


def search_parameter_keys(resource: Any) -> Iterator[Identifier]:
    """Two that are active may not have the same code for one type."""
    row = _row(resource)
    for place, base in enumerate(row.base if row else ()):
        yield Identifier(place, f"{KEY}:{base}", row.code if row else "", True)


def _row(resource: Any) -> Own | None:
    """None also where the elements have other shapes than they should: that is told elsewhere."""
    if not isinstance(resource, dict):
        return None
    texts = (resource.get(name) for name in ("code", "type", "url"))
    lists = (resource.get("base"), resource.get("target", []))
    if not all(isinstance(text, str) for text in texts) or not isinstance(resource.get("expression", ""), str):
        return None
    if not all(isinstance(found, list) and all(isinstance(one, str) for one in found) for found in lists):
        return None
    return own(resource)


def _base_issues(row: Own, base: str) -> Iterator[Issue]:
    shown = base[:SHOWN]
    if base not in resource_types():
        yield _issue(
            "base",
            f"'{shown}' cannot be the base: name the types, such as Patient.",
            f"'{shown}' tidak dapat menjadi base: sebutkan jenisnya, misalnya Patient.",
        )
    elif row.code in parameters(base):
        yield _issue(
            "code",
            f"{base} has an official search parameter '{row.code}': choose another code.",
            f"{base} sudah mempunyai parameter resmi '{row.code}': pilih kode lain.",
        )
    else:
        try:
            own_parameter(row, base)
        except UnsupportedPath as problem:
            yield _not_supported(row, base, str(problem)[:SHOWN])


def _not_supported(row: Own, base: str, problem: str) -> Issue:
    types = ", ".join(sorted(VALUE_TYPES[row.type]))
    return _issue(
        "expression",
        f"This expression cannot be searched by for {base} ({problem}). Supported are paths such as"
        f" {base}.element.part, with ' | ' between alternatives, .where(element = 'text'), .where(resolve() is Type),"
        f" .extension('url').value, 'as Type' and .ofType(Type), that end in values of: {types}.",
        f"Ekspresi ini tidak dapat dipakai untuk {base} ({problem}). Yang didukung: jalur seperti"
        f" {base}.elemen.bagian, ' | ' di antara pilihan, .where(elemen = 'teks'), .where(resolve() is Jenis),"
        f" .extension('url').value, 'as Jenis' dan .ofType(Jenis), yang berakhir pada nilai: {types}.",
    )


def _issue(element: str, en: str, id: str) -> Issue:
    return Issue("error", "not-supported", Text(en, id), f"SearchParameter.{element}")
