"""The page that a shared link leads to: a patient's summary, for anybody who has the link while it is good.

A link that is unknown, over or revoked is told from no other. https://hl7.org/fhir/uv/ips/STU1.1/
"""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from auth.pages.forms import PageRefused
from exports import downloads
from exports.documents.ringkasan_pasien import KIND, sheet
from exports.gathering import gathered
from exports.making import Making
from exports.sheet import Block, Fields, Heading, Letterhead, Paragraph, Plot, Table, Together
from fhir_server.audit.events import Trail
from fhir_server.messages import FhirRequest, FhirResponse, Parameters
from fhir_server.record import Record
from portal import share_link
from portal.callers import ANYBODY
from portal.paging import Page
from portal.share_link import SECRET, ShareLink
from portal.visit import AS_A_PAGE, Visit
from portal.wording import full_moment
from resources.issues import Text

NOT_GOOD = Text(
    "This link is not good, or not any more. Ask the patient for a new one.",
    "Tautan ini tidak berlaku, atau sudah tidak berlaku. Minta tautan baru kepada pasien.",
)
TOO_OFTEN = Text("Too many requests. Try again in a minute.", "Terlalu banyak permintaan. Coba lagi satu menit lagi.")
BLOCKS = {Heading: "heading", Paragraph: "paragraph", Fields: "fields", Table: "table"}
"""What a page shows of a sheet, with the name that its template knows it by."""


async def show(visit: Visit) -> Response:
    """The summary in the language of who looks."""
    found = await _found(visit)
    language = visit.language
    record = await _record(visit, found, "$summary")
    chart = await gathered(record, KIND.type, found.patient, KIND.reads, also=KIND.also)
    await record.note()
    blocks = _flat(sheet(Making(chart, Letterhead(visit.portal.pages.hospital), language=language)).blocks)
    response = replace(visit, patient="", people=(), caller=ANYBODY).page(
        "sharing/shared.html",
        blocks=_shown(blocks),
        until=full_moment(found.until, visit.zone, visit.language),
        pdf=f"{visit.request.url.path}/summary.pdf?lang={language}",
    )
    return _kept_nowhere(response)


async def pdf(visit: Visit) -> Response:
    """The same on paper."""
    found = await _found(visit)
    record = visit.portal.record_for(await visit.portal.settled(share_link.caller_of(found)))

    async def ask(method: str, path: str, *, query: Parameters = ()) -> FhirResponse:
        request = FhirRequest(
            method, tuple(path.split("/")), query, base=visit.portal.base, address=visit.sign_in.address
        )
        return await visit.portal.dispatcher.answer(request, record)

    response = await downloads.drawn(ask, KIND.code, found.patient, (("language", visit.language),))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


async def _found(visit: Visit) -> ShareLink:
    """The link of this address. Raises PageRefused."""
    if visit.portal.wait(visit.sign_in.address):
        raise PageRefused(429, TOO_OFTEN)
    secret = visit.path("secret")
    if SECRET.fullmatch(secret):
        documents = await visit.portal.hospital().read_many({"Consent": [share_link.id_of(secret)]})
        found = share_link.read(documents[0]["resource"]) if documents else None
        if found is not None and share_link.fits(found, secret) and found.is_open(visit.now):
            return found
    raise PageRefused(404, NOT_GOOD)


async def _record(visit: Visit, found: ShareLink, code: str) -> Record:
    """As who has the link; the journal keeps no secret."""
    path, address = ("Patient", found.patient, code), visit.sign_in.address
    request = FhirRequest("GET", path, AS_A_PAGE, base=visit.portal.base, address=address)
    caller = await visit.portal.settled(share_link.caller_of(found))
    return visit.portal.record_for(caller).watched(Trail(code, request))


def _flat(blocks: tuple[Block, ...]) -> list[Block]:
    """Without what only paper needs."""
    found: list[Block] = []
    for one in blocks:
        if isinstance(one, Together):
            inside = _flat(one.blocks)
            found += [] if any(isinstance(part, Plot) for part in inside) else inside
        else:
            found.append(one)
    return found


def _shown(blocks: list[Block]) -> list[tuple[str, Block]]:
    """With the names that the template knows; a heading with nothing below it is left out."""
    known = [(BLOCKS[type(one)], one) for one in blocks if type(one) in BLOCKS]
    following = [name for name, _ in known[1:]] + ["heading"]
    return [pair for pair, after in zip(known, following, strict=True) if (pair[0], after) != ("heading", "heading")]


def _kept_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    if "ETag" in response.headers:
        del response.headers["ETag"]
    return response


PAGES = (Page("shared/{secret}", "nobody", show), Page("shared/{secret}/summary.pdf", "nobody", pdf))
