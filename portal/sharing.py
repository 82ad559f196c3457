"""A summary for another doctor: a link is made, shown once as a QR code, listed, and revoked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from auth.pages.forms import Form, PageRefused
from auth.totp import qr_code
from fhir_server.audit.audit_event import ACCOUNT
from fhir_server.changes import Change
from fhir_server.messages import Parameters
from fhir_server.record import Record
from fhir_server.search.query import parse
from fhir_server.store.documents import Document
from portal import share_link
from portal.form_keys import is_keyed, new_key
from portal.paging import Page
from portal.rights.performing import performer
from portal.share_link import LENGTHS, ShareLink
from portal.visit import Visit, own
from portal.wording import duration, full_moment
from resources.issues import Text

MOST_OPEN, MOST_READ = 10, 100
MOST_COUNTED = 1_000
NO_SUCH_LINK = Text("There is no such link any more.", "Tautan ini sudah tidak ada.")
CHOOSE = Text("Choose how long the link is good.", "Pilih berapa lama tautan berlaku.")
TOO_MANY = Text(
    f"You have {MOST_OPEN} links that are good. End one first.",
    f"Sudah ada {MOST_OPEN} tautan yang berlaku. Akhiri salah satu dulu.",
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A link that is good. `left`: for how long still; `opened`: how often it was used."""

    id: str
    since: str
    until: str
    left: str
    opened: int


async def show(visit: Visit) -> Response:
    return await _page(visit)


async def submit(visit: Visit, form: Form) -> Response:
    """`revoke`: the id of a link that ends now; else a new one, good for `minutes`."""
    own(visit, form)
    if id := form.one("revoke"):
        return await _revoke(visit, id)
    key, length = form.one("key"), LENGTHS.get(form.one("minutes"))
    if length is None or not is_keyed(form):
        return await _page(visit, 400, problem=CHOOSE)
    secret = share_link.secret_of(visit.sign_in.secret, key)
    made = await _made(visit, share_link.link(secret, visit.patient, visit.now, length[0]))
    if made is None:
        return await _page(visit, 409, problem=TOO_MANY)
    address = f"{visit.sign_in.issuer.url}/portal/shared/{secret}"
    until = full_moment(made.until, visit.zone, visit.language)
    return visit.page("sharing/made.html", address=address, qr_code=qr_code(address), until=until)


async def _made(visit: Visit, wanted: ShareLink) -> ShareLink | None:
    """The link, written by the hospital: apps that may write consents cannot make one. None where there are too
    many."""
    hospital, record = visit.portal.hospital(), visit.record("create")
    known = await hospital.read_many({"Consent": [wanted.id]})
    if known:
        return share_link.read(known[0]["resource"])
    if len(await _open(record, visit)) >= MOST_OPEN:
        return None
    await hospital.carry_out([record.errand([Change.create(share_link.write(wanted, performer(visit)), id=wanted.id)])])
    return wanted


async def _revoke(visit: Visit, id: str) -> Response:
    """At once: the page of the link asks for it each time."""
    record = visit.record("update")
    found = await _one(record, visit, id)
    if found is None:
        raise PageRefused(404, NO_SUCH_LINK)
    ended = {**found["resource"], "status": "inactive"}
    change = Change.update(ended, found["resource"]["id"], if_match=found["version"])
    await visit.portal.hospital().carry_out([record.errand([change])])
    return visit.redirect("/portal/share?done=revoked")


async def _one(record: Record, visit: Visit, id: str) -> Document | None:
    """The Consent of a link of this patient that is not revoked."""
    documents = [one for one in await _consents(record, visit) if one["resource"]["id"] == id]
    return documents[0] if documents and share_link.read(documents[0]["resource"]) is not None else None


async def _page(visit: Visit, status: int = 200, problem: Text | None = None) -> Response:
    async with visit.reading("$links") as record:
        links = await _open(record, visit)
        opened = await asyncio.gather(*(_opened(record, visit, one) for one in links))
    shown = [
        Shown(
            one.id,
            full_moment(one.since, visit.zone, visit.language),
            full_moment(one.until, visit.zone, visit.language),
            duration(one.until - visit.now, visit.language),
            times,
        )
        for one, times in zip(links, opened, strict=True)
    ]
    values = {"links": shown, "lengths": LENGTHS, "key": new_key(), "problem": problem}
    return visit.page("sharing/share.html", status, done=visit.query("done"), **values)


async def _open(record: Record, visit: Visit) -> list[ShareLink]:
    return share_link.open_links([one["resource"] for one in await _consents(record, visit)], visit.now)


async def _consents(record: Record, visit: Visit) -> list[Document]:
    criteria: Parameters = (("patient", visit.patient), ("category", share_link.CATEGORY), ("status", "active"))
    asked = (*criteria, ("_sort", "-date"), ("_count", str(MOST_READ)))
    return list((await record.search(parse("Consent", asked))).documents[:MOST_READ])


async def _opened(record: Record, visit: Visit, one: ShareLink) -> int:
    asked: Parameters = (("patient", visit.patient), ("agent:identifier", f"{ACCOUNT}|{one.subject}"))
    return await record.count(parse("AuditEvent", asked), most=MOST_COUNTED)


PAGES = (Page("share", "patient", show, submit),)
