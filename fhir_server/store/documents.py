"""How a resource lies in MongoDB: the document, its history row, and decimals without loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128

from fhir_server.messages import Resource

Document = dict[str, Any]

END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


class _DecimalCodec(TypeCodec):
    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


CODEC: CodecOptions[Document] = CodecOptions(type_registry=TypeRegistry([_DecimalCodec()]), tz_aware=True, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Description:
    """What is computed from a resource at write: search values, compartments, keys that are unique in its type."""

    index: Mapping[str, Any]
    compartments: Mapping[str, list[str]]
    keys: list[str]


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC with milliseconds, as MongoDB keeps them."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def now() -> datetime:
    """The present in UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def with_meta(resource: Resource, id: str, version: int, updated: datetime) -> Resource:
    """A copy with id and the server's part of meta set; the rest of meta and the order of elements stay."""
    sent = resource.get("meta", {})
    meta = {"versionId": str(version), "lastUpdated": instant(updated)}
    meta.update((name, value) for name, value in sent.items() if name not in meta)
    rest = {name: value for name, value in resource.items() if name not in ("resourceType", "id", "meta")}
    return {"resourceType": resource["resourceType"], "id": id, "meta": meta, **rest}


def live(resource: Resource, version: int, updated: datetime, method: str, described: Description) -> Document:
    """A current document. `resource` carries id and meta already."""
    document: Document = {
        "_id": resource["id"],
        "version": version,
        "updated": updated,
        "deleted": False,
        "method": method,
        "resource": resource,
        "index": described.index,
        "compartments": described.compartments,
    }
    if described.keys:
        document["keys"] = described.keys
    return document


def tombstone(document: Document, updated: datetime) -> Document:
    """What stands in for a deleted resource. It keeps its compartments: only those who could see it learn that it is
    gone."""
    return {
        "_id": document["_id"],
        "version": document["version"] + 1,
        "updated": updated,
        "deleted": True,
        "method": "DELETE",
        "compartments": document["compartments"],
    }


def history_row(document: Document, until: datetime) -> Document:
    """The row that a document becomes when another version takes its place at `until`."""
    kept = {name: value for name, value in document.items() if name not in ("_id", "index", "keys")}
    return {"_id": f"{document['_id']}/{document['version']}", "id": document["_id"], **kept, "until": until}


def from_history(row: Document) -> Document:
    """The same shape as a current document, without index."""
    return {**row, "_id": row["id"]}


def later_than(moment: datetime, previous: datetime) -> datetime:
    """`moment`, or a millisecond after `previous` where the clock went back: lastUpdated never does."""
    return max(moment, previous + timedelta(milliseconds=1))
