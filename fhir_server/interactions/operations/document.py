"""$document: a Composition with all that it refers to, as a signed Bundle. https://hl7.org/fhir/R4/composition-operation-document.html"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from fhir_server.audit.events import Trail
from fhir_server.changes import Change
from fhir_server.errors import BadRequest, Invalid, TooCostly
from fhir_server.interactions.operations import gathering, signing
from fhir_server.interactions.operations.gathering import Key, of_patients
from fhir_server.interactions.operations.parameters import as_query, named
from fhir_server.messages import FhirRequest, FhirResponse, Resource
from fhir_server.record import Record
from fhir_server.references import LOCAL, literals, local
from fhir_server.search import refusals
from fhir_server.search.cursor import Moment
from fhir_server.store.documents import Document, instant, now
from resources.binary import complete
from resources.issues import Issue, Text

MOST = 1_000
MOST_BYTES = 10 * 1024**2
"""Of the contents of Binaries."""

ELSEWHERE = frozenset({"link", "relatesTo", "replaces", "priorPrescription"})
"""Elements that lead to other people and other documents, not to what a document needs."""


async def document(
    request: FhirRequest,
    record: Record,
    *,
    type: str,
    id: str = "",
    clock: Callable[[], datetime] = now,
    new_id: Callable[[], UUID] = uuid4,
) -> FhirResponse:
    """Parameters: `persist`, whether the Bundle is stored too; `id`, where the address has none. Raises NotFound, Gone,
    Forbidden, InvalidParameter, TooCostly; Invalid where something that belongs in is not to be read."""
    names = ("persist",) if id else ("persist", "id")
    sent = named(as_query(request), names, lenient=request.preference("handling") == "lenient")
    persist = sent.get("persist", "false")
    if persist not in ("true", "false"):
        raise refusals.wrong_value("persist", persist, "true or false", "true atau false")
    id = id or _id(sent.get("id", ""), request.base)
    await record.read(type, id)
    found = await assembled(record.watched(Trail()), (type, id), await record.moment())
    for one in found:
        record.gives(gathering.key(one)[0], (one,))
    at = clock()
    entries = [("/".join((request.base, *gathering.key(one))), await _resource(record, one)) for one in found]
    bundle = bundled(entries, at=at, id=new_id())
    bundle = signing.signed(bundle, signing.key_of(await record.document_key()), who=request.base, when=at)
    if persist == "false" or request.method == "HEAD":
        return FhirResponse(200, bundle)
    (stored,) = await record.commit([Change.create(bundle)])
    location = f"Bundle/{stored.id}/_history/{stored.version}"
    return FhirResponse(201, stored.resource, stored.version, stored.updated, location)


async def assembled(record: Record, first: Key, at: Moment | None) -> list[Document]:
    """The resource and all that it refers to, directly or not, each once, the nearest first. Raises Invalid where one
    of them is missing, another patient's or not the caller's to read."""
    documents = [one async for one in gathering.named(record, [first], at)]
    patients, known = of_patients(documents[0]), {first}
    _refuse_others(documents[0]["resource"], record.site.base)
    new: Sequence[Document] = documents
    while new:
        wanted: dict[Key, Document] = {}
        for one in new:
            for key in local(_inside(one["resource"]), record.site.base):
                wanted.setdefault(key, one)
        wanted = {key: one for key, one in wanted.items() if key not in known}
        found = {gathering.key(one): one async for one in gathering.named(record, wanted, at)}
        for key, source in wanted.items():
            if key not in found or not of_patients(found[key]) <= patients:
                raise missing(source["resource"], "/".join(key))
        new = [found[key] for key in wanted]
        known |= wanted.keys()
        documents += new
        if len(documents) > MOST:
            raise _too_large(f"{MOST} resources", f"{MOST} sumber daya")
    return documents


def bundled(entries: Sequence[tuple[str, Resource]], *, at: datetime, id: UUID) -> Resource:
    """The document of these resources, each with its name. It is as confidential as what is in it."""
    labels = [label for _, one in entries for label in one.get("meta", {}).get("security", ())]
    security = [label for place, label in enumerate(labels) if label not in labels[:place]]
    return {
        "resourceType": "Bundle",
        **({"meta": {"security": security}} if security else {}),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{id}"},
        "type": "document",
        "timestamp": instant(at),
        "entry": [{"fullUrl": name, "resource": one} for name, one in entries],
    }


def missing(source: Resource, reference: str) -> Invalid:
    place = f"{source['resourceType']}/{source['id']}"
    text = Text(
        f"{place} refers to {reference}, which cannot be read as part of this record: the document would have a hole.",
        f"{place} merujuk {reference}, yang tidak dapat dibaca sebagai bagian rekam ini: dokumen tidak akan lengkap.",
    )
    return Invalid([Issue("error", "not-found", text, source["resourceType"])])


def _id(text: str, base: str) -> str:
    match = LOCAL.fullmatch(text.removeprefix(f"{base}/")) or LOCAL.fullmatch(f"Composition/{text}")
    if match is None or match[1] != "Composition":
        raise BadRequest(Text("Name the Composition: id=…", "Sebutkan Composition: id=…"), expression="id")
    return match[2]


def _inside(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name not in ELSEWHERE}


def _refuse_others(composition: Resource, base: str) -> None:
    """What the Composition itself refers to must come along: nothing of another server can."""
    known = {"/".join(key) for key in local(composition, base)}
    for text in literals(_inside(composition)):
        if not text.startswith("#") and text.removeprefix(f"{base}/").partition("/_history/")[0] not in known:
            raise missing(composition, refusals.shown(text))


async def _resource(record: Record, found: Document) -> Resource:
    """With the content of a Binary, which may lie beside it. Raises TooCostly."""
    resource: Resource = found["resource"]
    content = record.content(found) if resource["resourceType"] == "Binary" else None
    if content is None or not content.is_beside:
        return resource
    if content.size > MOST_BYTES:
        raise _too_large(f"{MOST_BYTES // 1024**2} MB", f"{MOST_BYTES // 1024**2} MB")
    pieces = [piece async for piece in content.read(0, content.size)]
    return {**complete(resource), "data": base64.b64encode(b"".join(pieces)).decode()}


def _too_large(most_en: str, most_id: str) -> TooCostly:
    return TooCostly(
        Text(f"The document would have more than {most_en}.", f"Dokumen akan berisi lebih dari {most_id}.")
    )
