"""The official R4 examples, which `make test` fetches: read with their decimals, by another reader than ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import msgspec
from lxml import etree

from tests.processes import ROOT, keep_out_of_garbage_collection

Json = dict[str, Any]
Item = TypeVar("Item")

FOLDER = ROOT / ".cache" / "hl7.fhir.r4.examples" / "package"
NOT_RESOURCES = ("package", ".index")
SERVER_SET = ("versionId", "lastUpdated")

_encoder = msgspec.json.Encoder(decimal_format="number")
_sorted = msgspec.json.Encoder(decimal_format="string", order="sorted")


@cache
def examples() -> dict[str, Json]:
    """File name without .json -> resource."""
    paths = [path for path in sorted(FOLDER.glob("*.json")) if path.stem not in NOT_RESOURCES]
    assert paths, f"no official examples in {FOLDER}: run `make test`, which fetches them"
    found = {path.stem: parse(path.read_bytes()) for path in paths}
    keep_out_of_garbage_collection()
    return found


@cache
def by_type() -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for name, resource in examples().items():
        found.setdefault(resource["resourceType"], {})[name] = resource
    return found


def parse(text: bytes) -> Json:
    found: Json = json.loads(text, parse_float=Decimal)
    return found


def text(value: object) -> bytes:
    return _encoder.encode(value)


def content(resource: Json, *, without_id: bool = False) -> bytes:
    """What must stay the same, in one order: all but what the server sets. 1.0 is not 1.00 here."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in SERVER_SET}
    left_out = ("meta", "id") if without_id else ("meta",)
    rest = {name: value for name, value in resource.items() if name not in left_out}
    return _sorted.encode({**rest, "meta": meta} if meta else rest)


def with_canonical_narratives(value: Any) -> Any:
    """XHTML in its canonical form: XML keeps neither the order of attributes nor the way a character is written."""
    if isinstance(value, dict):
        return {
            name: _canonical(item) if name == "div" and isinstance(item, str) else with_canonical_narratives(item)
            for name, item in value.items()
        }
    return [with_canonical_narratives(item) for item in value] if isinstance(value, list) else value


def _canonical(div: str) -> str:
    return str(etree.canonicalize(div))


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def by_size(items: Iterable[tuple[str, Json]], most: int, bytes_at_once: int) -> Iterator[list[tuple[str, Json]]]:
    """Batches of at most so many examples and, of several, so many bytes."""
    batch: list[tuple[str, Json]] = []
    size = 0
    for name, resource in items:
        length = len(text(resource))
        if batch and (len(batch) >= most or size + length > bytes_at_once):
            yield batch
            batch, size = [], 0
        batch.append((name, resource))
        size += length
    if batch:
        yield batch
