"""A server with sign-in on the real database, and what plays against it: a person's browser, and an app.

The browser has a cookie jar and fills in forms as they are written in the page; the app speaks OAuth 2.0."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx
from pydantic import SecretStr

from auth.issuer import Issuer, digest
from auth.sessions import begun
from auth.storage import sessions
from auth.users import User
from main import create_app
from settings import Settings
from tests.auth.apps import REDIRECT, VERIFIER, App, asking, query
from tests.auth.browser import PageForm, forms
from tests.fhir_server.conftest import with_state

URL = "https://ehr.test"
FHIR = f"{URL}/fhir"
COOKIE = "__Host-sid"


@dataclass
class Smart:
    """The server. `client` reaches it without cookies; `transport`: makes the way there for a browser."""

    client: httpx.AsyncClient
    issuer: Issuer
    transport: Callable[[], httpx.AsyncBaseTransport]

    @asynccontextmanager
    async def browser(self, user: User | None = None) -> AsyncIterator[Browser]:
        """A new browser; one in which this person is signed in already."""
        async with self._new() as client:
            if user is not None:
                client.cookies.set(COOKIE, signed_in(self.issuer, user), domain="ehr.test")
            yield Browser(client)

    def _new(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self.transport(), base_url=URL, timeout=60)

    async def post(self, name: str, made: App, **form: str | None) -> httpx.Response:
        """A request of the app to an endpoint, with its proof."""
        proof, header = made.proof(self.issuer)
        fields = {key: value for key, value in {**proof, **form}.items() if value is not None}
        return await self.client.post(f"/auth/{name}", data=fields, headers={"Authorization": header} if header else {})

    async def exchange(self, made: App, code: str, **form: str | None) -> httpx.Response:
        plain = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
        return await self.post("token", made, **{**plain, **form})

    async def refresh(self, made: App, text: str, **form: str | None) -> httpx.Response:
        return await self.post("token", made, grant_type="refresh_token", refresh_token=text, **form)

    async def fhir(self, path: str, text: str | None, method: str = "GET", **more: Any) -> httpx.Response:
        """A FHIR request with a bearer token."""
        headers = {} if text is None else {"Authorization": f"Bearer {text}"}
        return await self.client.request(method, f"/fhir/{path}", headers=headers, **more)

    async def launched(
        self, made: App, user: User, tick: Tick | None = None, patient: str | None = None, **changes: str | None
    ) -> dict[str, Any]:
        """The token response after a person has allowed what `tick` says."""
        async with self.browser(user) as browser:
            told = await browser.allows(asking(self.issuer, made.id, **changes), tick, patient)
        found = await self.exchange(made, told["code"])
        assert found.status_code == 200, found.text
        return dict(found.json())


Tick = Callable[[str], bool]
"""Whether a choice of the consent page, by its value, is ticked when the form is sent."""


@dataclass
class Browser:
    """It does not follow redirects by itself: the app's address is no server."""

    client: httpx.AsyncClient

    async def get(self, url: str) -> httpx.Response:
        return await self.client.get(url)

    async def send(self, page: httpx.Response, form: PageForm, fields: Iterable[tuple[str, str]]) -> httpx.Response:
        headers = {"Origin": URL, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        address = urljoin(str(page.url), form.action)
        return await self.client.post(address, content=urlencode(list(fields)), headers=headers)

    async def follow(self, page: httpx.Response) -> httpx.Response:
        """As long as the redirects lead to us."""
        while page.is_redirect and page.headers["location"].startswith(("/", URL)):
            page = await self.get(page.headers["location"])
        return page

    async def begin(self, parameters: Mapping[str, str], method: str = "GET") -> httpx.Response:
        """The page that an app's request leads to."""
        if method == "POST":
            return await self.follow(await self.client.post("/auth/authorize", data=dict(parameters)))
        return await self.follow(await self.get(f"/auth/authorize?{urlencode(parameters)}"))

    async def allows(
        self, parameters: Mapping[str, str], tick: Tick | None = None, patient: str | None = None, method: str = "GET"
    ) -> dict[str, str]:
        """What the app is told after the person has chosen a patient, if asked, and allowed what `tick` says."""
        page = await self.begin(parameters, method)
        if patient is not None:
            (choosing,) = [form for form in forms(page) if ("patient", patient) in form.buttons]
            page = await self.send(page, choosing, [*choosing.fields, ("patient", patient)])
        return await self.answers(page, "approve", tick)

    async def answers(self, page: httpx.Response, action: str, tick: Tick | None = None) -> dict[str, str]:
        assert page.status_code == 200, page.text
        (form,) = [form for form in forms(page) if ("action", "approve") in form.buttons]
        fields = form.fields
        if tick is not None:
            others = [pair for pair in form.fields if pair[0] != "scope"]
            fields = [*others, *(pair for pair in form.boxes if pair[0] == "scope" and tick(pair[1]))]
        answer = await self.send(page, form, [*fields, ("action", action)])
        assert answer.is_redirect, answer.text
        assert answer.headers["location"].startswith(REDIRECT)
        return query(answer.headers["location"])


def signed_in(issuer: Issuer, user: User) -> str:
    """The cookie of a session that has passed every step."""
    cookie, now = secrets.token_urlsafe(32), issuer.clock()
    sessions.add(issuer.database, begun(user, digest(cookie), now, since=now, complete=True))
    return cookie


@asynccontextmanager
async def serving(uri: str, database: str, **changes: Any) -> AsyncIterator[Smart]:
    """A server with sign-in, which answers as often as it is asked."""
    chosen = {"rate_per_token": 0, "rate_per_address": 0, **changes}
    configured = Settings(mongodb_uri=SecretStr(uri), mongodb_database=database, base_url=FHIR, **chosen)
    app = create_app(configured)
    async with app.router.lifespan_context(app) as state:
        reached = with_state(app, dict(state or {}))
        transport = partial(httpx.ASGITransport, reached)
        async with httpx.AsyncClient(transport=transport(), base_url=URL, timeout=60) as client:
            yield Smart(client, (state or {})["server"].issuer, transport)
