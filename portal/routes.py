"""The patients' pages by their paths: what every one of them has in common is done here, once."""

from __future__ import annotations

import logging
import secrets
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from auth.pages.forms import PageRefused
from auth.pages.own_form import own_form
from auth.people import RecordUnavailable
from auth.storage.database import DatabaseFailed
from fhir_server.errors import FhirError
from portal import (
    account,
    booked,
    booking,
    changing,
    home,
    offline,
    people,
    schedule,
    shared_summary,
    sharing,
    static,
    tickets,
    verify,
)
from portal.paging import Page
from portal.record import pages as record
from portal.rights import pages as rights
from portal.visit import NOT_A_PATIENT, Visit, refusal, visit_of
from resources.issues import Text

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *schedule.PAGES,
    *booking.PAGES,
    *booked.PAGES,
    *tickets.PAGES,
    *changing.PAGES,
    *verify.PAGES,
    *offline.PAGES,
    *record.PAGES,
    *rights.PAGES,
    *people.PAGES,
    *sharing.PAGES,
    *shared_summary.PAGES,
    *account.PAGES,
)

A_YEAR = "public, max-age=31536000, immutable"
NOTHING_HERE = Text("There is nothing at this address.", "Tidak ada apa-apa di alamat ini.")
UNAVAILABLE = Text(
    "The hospital's server does not answer now. Try again in a few minutes.",
    "Server rumah sakit sedang tidak menjawab. Coba lagi beberapa menit lagi.",
)
logger = logging.getLogger(__name__)


def routes() -> list[BaseRoute]:
    """/portal. It finds `portal`, a Portal, in the state of the request."""
    pages = [
        Route(f"/{page.path}" if page.path else "/", partial(answer, page), methods=["GET", "POST"]) for page in PAGES
    ]
    last = Route("/{rest:path}", partial(answer, Page("", "nobody", nothing_here)), methods=["GET", "POST"])
    return [
        Route("/portal", partial(answer, PAGES[0])),
        Mount("/portal", routes=[file, *offline.FOR_BROWSERS, *pages, last]),
    ]


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    found = static.content(name)
    if found is None:
        raise HTTPException(404)
    return Response(found, headers={"Cache-Control": A_YEAR}, media_type=static.TYPES[name.rpartition(".")[2]])


file = Route("/static/{name}", _file)


async def nothing_here(_: Visit) -> Response:
    raise PageRefused(404, NOTHING_HERE)


async def answer(page: Page, request: Request) -> Response:
    """The page, or the page that says why not and what to do."""
    try:
        visit = await visit_of(request)
    except (DatabaseFailed, FhirError, RecordUnavailable):
        # Without the database nobody is known; what there is to say needs no page.
        return PlainTextResponse(f"{UNAVAILABLE.id}\n\n{UNAVAILABLE.en}\n", 503, {"Retry-After": "5"})
    try:
        return await _answer(page, visit)
    except PageRefused as refused:
        return visit.page("refused.html", refused.status, problem=refused.text)
    except FhirError as error:
        return visit.page("refused.html", error.status, problem=refusal(error).text)
    except (DatabaseFailed, RecordUnavailable):
        return visit.page("refused.html", 503, problem=UNAVAILABLE)
    except Exception:
        number = secrets.token_hex(4)
        logger.exception("A page of the portal has failed: %s", number)
        text = Text(
            f"Something has gone wrong on our side (number {number}). Nothing was lost; try again.",
            f"Terjadi kesalahan di pihak kami (nomor {number}). Data Anda aman; silakan coba lagi.",
        )
        return visit.page("refused.html", 500, problem=text)


async def _answer(page: Page, visit: Visit) -> Response:
    is_sent = visit.request.method == "POST"
    if (page.submit if is_sent else page.show) is None:
        raise PageRefused(405, NOTHING_HERE)
    form = await own_form(visit.sign_in) if is_sent else None
    if page.needs == "patient":
        if visit.user is None:
            return visit.to_sign_in()
        if not visit.patient:
            raise PageRefused(403, NOT_A_PATIENT)
    if form is not None and page.submit is not None:
        return await page.submit(visit, form)
    assert page.show is not None
    return await page.show(visit)
