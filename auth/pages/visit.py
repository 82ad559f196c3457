"""One request for a page: who looks at it, in which language; and the answers it can have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from auth import csrf
from auth.issuer import Issuer
from auth.pages import language
from auth.pages.forms import query_of
from auth.pages.site import Pages
from auth.pages.templating import templates
from auth.sessions import Session
from auth.signing_in import resume
from auth.telling import Happening, What
from auth.users import User
from resources.issues import Text

P = ParamSpec("P")
T = TypeVar("T")

LANGUAGE_COOKIE = "language"
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """`secret`: the value of the session cookie, a new one where none came; `session`, `user`: who signed in, if
    anyone did."""

    request: Request
    pages: Pages
    language: str
    secret: str
    session: Session | None
    user: User | None

    @property
    def issuer(self) -> Issuer:
        return self.pages.issuer

    @property
    def address(self) -> str:
        """Where the request comes from: failures are counted by it."""
        return self.request.client.host if self.request.client else "unknown"

    def say(self, id: str, en: str) -> str:
        return id if self.language == "id" else en

    def text(self, text: Text) -> str:
        return text.in_language(self.language)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that waits for MongoDB."""
        return await to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.pages.threads)

    async def tell(self, what: What, **more: Any) -> None:
        """Tell the audit trail. `more`: as in Happening. Raises RecordUnavailable."""
        await self.pages.tell(Happening(what, self.address, **{"user": self.user, **more}))

    async def hashing(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that hashes a password: only a few at once, for each takes 19 MiB."""
        return await to_thread.run_sync(partial(function, *args, **kwargs), limiter=self.pages.hashing)

    def page(self, template: str, status: int = 200, *, form_to: str = "", **values: Any) -> Response:
        """A page. `form_to`: where its form may lead besides to us, as an origin or a scheme."""
        shown = templates("auth.pages").get_template(template)
        html = shown.render(say=self.say, text=self.text, visit=self, csrf=csrf.token_of(self.secret), **values)
        response = HTMLResponse(html, status, headers=_headers(self.issuer.url, form_to))
        if self.session is None:
            self.remember(response, self.secret)
        switched = self.query("lang")
        if switched in language.LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, switched, max_age=A_YEAR, path="/", samesite="lax", httponly=True)
        return response

    def redirect(self, url: str, *, secret: str | None = None) -> Response:
        """Go there by GET. `secret`: of a session that begins now."""
        response = RedirectResponse(url, 303, headers=_headers(self.issuer.url, ""))
        if secret is not None:
            self.remember(response, secret)
        return response

    def day(self, moment: datetime | str) -> str:
        """A date in words: of a moment at the hospital, or as FHIR writes it."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(self.pages.zone).date().isoformat()
        return language.day(moment, self.language)

    def query(self, name: str) -> str:
        """A parameter of the address, "" where it is missing."""
        return (query_of(self.request).all(name) or [""])[0]

    def switch(self) -> str:
        """The address of this page in the other language."""
        query = {name: values[0] for name, values in query_of(self.request).fields.items()}
        return f"?{urlencode({**query, 'lang': 'en' if self.language == 'id' else 'id'})}"

    def remember(self, response: Response, secret: str) -> None:
        secure = self.issuer.url.startswith("https:")
        response.set_cookie(cookie_name(self.issuer), secret, path="/", secure=secure, httponly=True, samesite="lax")


async def visit_of(request: Request) -> Visit:
    """Who looks, by the session cookie. A cookie that is not of a session is kept: its form tokens go on being good."""
    pages: Pages = request.state.pages
    query, cookies = query_of(request), request.cookies
    secret = cookies.get(cookie_name(pages.issuer), "")[:100]
    found = await to_thread.run_sync(partial(resume, pages.issuer, secret), limiter=pages.threads) if secret else None
    session, user = found or (None, None)
    spoken = language.chosen(
        query.all("lang")[0] if query.all("lang") else None,
        cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language"),
        pages.language,
    )
    return Visit(request, pages, spoken, secret or pages.issuer.secret(), session, user)


def cookie_name(issuer: Issuer) -> str:
    """Browsers take a name with __Host- over TLS only; a plain server is for this machine alone."""
    return "__Host-sid" if issuer.url.startswith("https:") else "sid"


def _headers(url: str, form_to: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
        f"form-action 'self' {form_to}"
    )
    secure = {"Strict-Transport-Security": f"max-age={A_YEAR}; includeSubDomains"} if url.startswith("https:") else {}
    return {
        "Content-Security-Policy": policy.rstrip(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        **secure,
    }


def origin(url: str) -> str:
    """What a form policy names: https://app.example for a web page, the scheme for an app on a telephone."""
    place = urlsplit(url)
    return (
        f"{place.scheme}://{place.netloc}" if place.netloc and place.scheme in ("http", "https") else f"{place.scheme}:"
    )
