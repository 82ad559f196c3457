"""What a Binary holds: small contents in the resource, large ones beside it. https://hl7.org/fhir/R4/binary.html"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from fhir_server.binary.base64_pieces import cut, decoded, encoded_size
from fhir_server.changes import Change
from fhir_server.errors import Invalid, located
from fhir_server.messages import Content
from fhir_server.store.contents import Contents
from fhir_server.store.documents import Document
from resources.binary import is_shortened
from resources.issues import Issue, Text

LARGE = 256 * 1024
"""A content of more bytes lies beside its resource."""

Read = Callable[[str, int, int], AsyncIterator[bytes]]


@asynccontextmanager
async def lifted(changes: Sequence[Change], contents: Contents) -> AsyncIterator[Sequence[Change]]:
    """The changes, with large contents of Binaries in the store instead of in the resources; of what is not committed
    meanwhile nothing stays. Raises Invalid, and what the pieces of a content that is being sent raise."""
    places = [place for place, change in enumerate(changes) if change.type == "Binary" and _is_large(change)]
    if not places:
        yield changes
        return
    lighter, files = list(changes), list[str]()
    try:
        for place in places:
            with located(changes[place].place):
                uploaded = await contents.keep(_pieces(changes[place]))
                files.append(uploaded.file)
                lighter[place] = replace(_rest(changes[place]), content=uploaded)
        yield lighter
    finally:
        await contents.discard(files)


def _is_large(change: Change) -> bool:
    """Raises Invalid for a part of a Binary, which would lose its content by being written back."""
    if change.arriving is not None:
        return True
    resource = change.resource or {}
    data = resource.get("data")
    if data is None and change.content is None and is_shortened(resource):
        text = Text(
            "This is a Binary without its content: read it alone, and send it whole.",
            "Ini Binary tanpa isinya: baca sendiri (bukan dari pencarian), lalu kirim seutuhnya.",
        )
        with located(change.place):
            raise Invalid([Issue("error", "incomplete", text, "Binary.data")])
    return isinstance(data, str) and len(data) > encoded_size(LARGE) and "_data" not in resource


def _pieces(change: Change) -> AsyncIterator[bytes]:
    if change.arriving is not None:
        return change.arriving.pieces
    assert change.resource is not None
    return decoded(cut(change.resource["data"]))


def _rest(change: Change) -> Change:
    """Without the content. Raises BadRequest where what has been sent is another resource."""
    if change.arriving is not None:
        return change.arriving.change()
    assert change.resource is not None
    return replace(change, resource={name: value for name, value in change.resource.items() if name != "data"})


def content_of(document: Document, read: Read) -> Content | None:
    """`read`: the bytes of a file of the store. None where a Binary has none, or is no Binary."""
    resource = document.get("resource", {})
    if "content" in document:
        kept = document["content"]
        return Content(kept["size"], partial(read, kept["file"]), is_beside=True)
    if resource.get("resourceType") != "Binary" or "contentType" not in resource:
        return None
    data = base64.b64decode(resource.get("data", ""))
    return Content(len(data), partial(_slice, data))


async def _slice(data: bytes, start: int, stop: int) -> AsyncIterator[bytes]:
    yield data[start:stop]
