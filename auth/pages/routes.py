"""The pages by their paths: what every one of them has in common is done here, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Literal

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from auth.pages import apps, binding, consent, launch, login, logout, password, reset, second_factor
from auth.pages.forms import Form, PageRefused
from auth.pages.next import query
from auth.pages.own_form import own_form
from auth.pages.visit import Visit, visit_of
from auth.people import RecordUnavailable
from auth.storage.database import DatabaseFailed
from resources.issues import Text

Show = Callable[[Visit], Awaitable[Response]]
Submit = Callable[[Visit, Form], Awaitable[Response]]
Needs = Literal["nobody", "password", "everything"]

UNAVAILABLE = Text(
    "The medical record does not answer now. Please try again in a few minutes.",
    "Rekam medis sedang tidak menjawab. Coba lagi beberapa menit lagi.",
)
NOSNIFF = {"X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Page:
    """`needs`: who may see it: anyone, who gave the password, or who gave the second factor too where one is needed."""

    path: str
    needs: Needs
    show: Show
    submit: Submit


PAGES = (
    Page("login", "nobody", login.show, login.submit),
    Page("logout", "password", logout.show, logout.submit),
    Page("totp", "password", second_factor.show, second_factor.submit),
    Page("consent", "everything", consent.show, consent.submit),
    Page("launch", "everything", launch.show, launch.submit),
    Page("apps", "everything", apps.show, apps.submit),
    Page("password", "everything", password.show, password.submit),
    Page("reset", "nobody", reset.show, reset.submit),
    Page("bind", "nobody", binding.show, binding.submit),
)


def routes() -> list[Route]:
    """They find `pages`, a Pages, in the state of the request."""
    style = files("auth.pages").joinpath("style.css").read_text()

    async def stylesheet(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=3600", **NOSNIFF})

    pages = [Route(f"/auth/{page.path}", partial(answer, page), methods=["GET", "POST"]) for page in PAGES]
    return [*pages, Route("/auth/style.css", stylesheet)]


async def answer(page: Page, request: Request) -> Response:
    """The page, or the form that was sent from it, or the page that must come before it."""
    try:
        return await _answer(page, await visit_of(request))
    except DatabaseFailed:
        # Without the database nobody is known; what there is to say needs no page.
        return PlainTextResponse(f"{UNAVAILABLE.id}\n\n{UNAVAILABLE.en}\n", 503, {"Retry-After": "5", **NOSNIFF})


async def _answer(page: Page, visit: Visit) -> Response:
    try:
        form = await own_form(visit) if visit.request.method == "POST" else None
        if page.needs != "nobody" and visit.session is None:
            return visit.redirect(f"/auth/login{query(visit, form)}")
        if page.needs == "everything" and visit.session is not None and not visit.session.complete:
            return visit.redirect(f"/auth/totp{query(visit, form)}")
        return await (page.show(visit) if form is None else page.submit(visit, form))
    except PageRefused as refused:
        return visit.page("refused.html", refused.status, problem=refused.text)
    except RecordUnavailable:
        return visit.page("refused.html", 503, problem=UNAVAILABLE)
