"""What the hospital keeps as Binary, and how it is told from a part of it. https://hl7.org/fhir/R4/binary.html"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resources.formats.summary import SUBSETTED

OCTETS = "application/octet-stream"
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+\-]+/[a-z0-9!#$&^_.+\-]+(?:; ?[a-zA-Z0-9\-]+=[a-zA-Z0-9_.\-]+)*")

_Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`ending`: of file names; `beginning`: the bytes that every such file has `at` this place."""

    ending: str
    beginning: bytes = b""
    at: int = 0


KINDS: Mapping[str, Kind] = {
    "application/pdf": Kind("pdf", b"%PDF-"),
    "image/png": Kind("png", b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": Kind("jpg", b"\xff\xd8\xff"),
    "image/gif": Kind("gif", b"GIF8"),
    "image/tiff": Kind("tif"),
    "image/webp": Kind("webp", b"WEBP", 8),
    "application/dicom": Kind("dcm", b"DICM", 128),
    "application/xml": Kind("xml"),
    "text/xml": Kind("xml"),
    "application/hl7-cda+xml": Kind("xml"),
    "application/hl7-v2": Kind("hl7"),
    "application/json": Kind("json"),
    "text/plain": Kind("txt"),
    "text/csv": Kind("csv"),
    "application/rtf": Kind("rtf", b"{\\rtf"),
    "application/zip": Kind("zip", b"PK"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Kind("docx", b"PK"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Kind("xlsx", b"PK"),
    "audio/mpeg": Kind("mp3"),
    "audio/wav": Kind("wav", b"WAVE", 8),
    "video/mp4": Kind("mp4", b"ftyp", 4),
    OCTETS: Kind("bin"),
}
"""Media types that a browser does not run, whatever is in them: no HTML, no SVG, no script."""


def media(content_type: str) -> str:
    """The media type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def served(content_type: str) -> str:
    """What a Binary is given out as: its own type where that is one of KINDS, else as bytes of no type."""
    kind = media(content_type)
    if kind not in KINDS:
        return OCTETS
    return content_type if MEDIA_TYPE.fullmatch(content_type) else kind


def begins_rightly(content_type: str, beginning: bytes) -> bool:
    """Whether a file can be what it says. `beginning`: its first bytes, 132 at least where it has as many."""
    kind = KINDS.get(media(content_type), KINDS[OCTETS])
    return beginning.startswith(kind.beginning, kind.at) if kind.beginning else True


def file_name(id: str, content_type: str) -> str:
    return f"Binary-{id}.{KINDS.get(media(content_type), KINDS[OCTETS]).ending}"


def shortened(resource: Mapping[str, Any]) -> _Json:
    """A Binary without its content, and with the tag that says so."""
    whole = complete(resource)
    tags = [*whole.get("meta", {}).get("tag", ()), dict(SUBSETTED)]
    rest = {name: value for name, value in whole.items() if name not in ("resourceType", "id", "meta", "data")}
    head: _Json = {name: whole[name] for name in ("resourceType", "id") if name in whole}
    return {**head, "meta": {**whole.get("meta", {}), "tag": tags}, **rest}


def is_shortened(resource: Mapping[str, Any]) -> bool:
    return any(_says_so(tag) for tag in _tags(resource))


def complete(resource: Mapping[str, Any]) -> _Json:
    """The same without that tag: its content is given with it."""
    if not is_shortened(resource):
        return dict(resource)
    meta = {name: value for name, value in resource["meta"].items() if name != "tag"}
    if tags := [tag for tag in _tags(resource) if not _says_so(tag)]:
        meta["tag"] = tags
    return {name: meta if name == "meta" else value for name, value in resource.items() if name != "meta" or meta}


def _tags(resource: Mapping[str, Any]) -> list[Any]:
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    return tags if isinstance(tags, list) else []


def _says_so(tag: object) -> bool:
    return isinstance(tag, dict) and (tag.get("system"), tag.get("code")) == tuple(SUBSETTED.values())
