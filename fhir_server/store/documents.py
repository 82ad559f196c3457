"""How a resource lies in MongoDB: the document, its history row, and decimals without loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from bson.codec_options import CodecOptions, TypeCodec, TypeDecoder, TypeRegistry
from bson.decimal128 import Decimal128
from bson.int64 import Int64

from fhir_server.changes import Uploaded
from fhir_server.messages import Resource

Document = dict[str, Any]

COMPUTED = ("index", "search")
"""What is there only to be searched by."""

JUDGED_BY = ("compartments", "labels", "inherited")
"""What every version keeps: who may see it, and what of that comes from what a Binary names as its context."""


class _DecimalCodec(TypeCodec):
    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


class _IntegerDecoder(TypeDecoder):
    """Plain integers beyond 32 bits too: what writes JSON does not know Int64."""

    bson_type = Int64

    def transform_bson(self, value: Int64) -> int:
        return int(value)


CODEC: CodecOptions[Document] = CodecOptions(
    type_registry=TypeRegistry([_DecimalCodec(), _IntegerDecoder()]), tz_aware=True, tzinfo=UTC
)


class Stamp(NamedTuple):
    """What the server sets on a version: which resource, which version, when, and by which method (POST, PUT)."""

    id: str
    version: int
    updated: datetime
    method: str


@dataclass(frozen=True, slots=True)
class Description:
    """What is computed from a resource at write: search values, compartments, keys that are unique in its type;
    `search`, what searches look at without the index of search values (words, texts of codes, groups, a position); and
    `labels`, its categories and security labels, which access is judged by as system|code."""

    index: Mapping[str, Any]
    compartments: Mapping[str, list[str]]
    keys: list[str]
    search: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, list[str]] = field(default_factory=dict)


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC with milliseconds, as MongoDB keeps them."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def now() -> datetime:
    """The present in UTC, in whole milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def with_meta(resource: Resource, stamp: Stamp) -> Resource:
    """A copy with id and the server's part of meta set; the rest of meta and the order of elements stay."""
    sent = resource.get("meta", {})
    meta = {"versionId": str(stamp.version), "lastUpdated": instant(stamp.updated)}
    meta.update((name, value) for name, value in sent.items() if name not in meta)
    rest = {name: value for name, value in resource.items() if name not in ("resourceType", "id", "meta")}
    return {"resourceType": resource["resourceType"], "id": stamp.id, "meta": meta, **rest}


def live(resource: Resource, stamp: Stamp, described: Description, content: Uploaded | None = None) -> Document:
    """A current document. `resource` carries id and meta already; `content`: what lies beside it."""
    document: Document = {
        "_id": stamp.id,
        "version": stamp.version,
        "updated": stamp.updated,
        "deleted": False,
        "method": stamp.method,
        "resource": resource,
        "index": described.index,
        "compartments": described.compartments,
    }
    if described.labels:
        document["labels"] = described.labels
    if described.search:
        document["search"] = described.search
    if described.keys:
        document["keys"] = described.keys
    if content is not None:
        document["content"] = {"file": content.file, "size": content.size, "sha256": content.sha256}
    return document


def tombstone(document: Document, updated: datetime) -> Document:
    """What stands in for a deleted resource. It keeps its compartments and labels: only those who could see it learn
    that it is gone."""
    return {
        "_id": document["_id"],
        "version": document["version"] + 1,
        "updated": updated,
        "deleted": True,
        "method": "DELETE",
        **{name: document[name] for name in JUDGED_BY if name in document},
    }


def history_row(document: Document, until: datetime) -> Document:
    """The row that a document becomes when another version takes its place at `until`."""
    kept = {name: value for name, value in document.items() if name not in ("_id", *COMPUTED, "keys")}
    return {"_id": f"{document['_id']}/{document['version']}", "id": document["_id"], **kept, "until": until}


def from_history(row: Document) -> Document:
    """The same shape as a current document, without index."""
    return {**row, "_id": row["id"]}


def later_than(moment: datetime, previous: datetime) -> datetime:
    """`moment`, or a millisecond after `previous` where the clock went back: lastUpdated never does."""
    return max(moment, previous + timedelta(milliseconds=1))
