"""One request for a page: who looks at it, at whose record, in which language; and the answers it can have."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from auth import csrf
from auth.caller import Caller
from auth.pages import language
from auth.pages.forms import Form, PageRefused
from auth.pages.templating import templates
from auth.pages.visit import A_YEAR, LANGUAGE_COOKIE
from auth.pages.visit import Visit as SignIn
from auth.pages.visit import visit_of as sign_in_of
from auth.people import Person
from auth.users import User
from exports.units import Language
from fhir_server.audit.events import Trail
from fhir_server.errors import FhirError, Unavailable
from fhir_server.json_routes import parameters_of
from fhir_server.messages import FhirRequest, FhirResponse, Parameters, Resource
from fhir_server.record import Record
from portal import menu as menus
from portal.callers import ANYBODY, caller_of, for_patient
from portal.site import Portal
from portal.static import address
from portal.wording import full_moment
from resources.issues import Text

AS_A_PAGE = (("_format", "html"),)
"""With a query the journal keeps which operation it was, and not only whose."""

REASONS = {403: "forbidden", 404: "not-found"}
"""Status of a refusal -> code of an OperationOutcome."""

PATIENT_COOKIE, TEXT_COOKIE = "patient", "text"
MARK = "Portal-Account"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
NOT_A_PATIENT = Text(
    "This account belongs to no patient's record. Bind it with a code of the registration desk.",
    "Akun ini tidak terhubung ke rekam medis pasien. Hubungkan dengan kode dari loket pendaftaran.",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """`sign_in`: the same request as the sign-in pages see it; `patient`: the id of the patient whose record is looked
    at, "" where nobody has signed in; `people`: all whose record the person may look at, the person first."""

    sign_in: SignIn
    portal: Portal
    caller: Caller
    patient: str = ""
    people: Sequence[Person] = ()

    @property
    def request(self) -> Request:
        return self.sign_in.request

    @property
    def language(self) -> Language:
        return "en" if self.sign_in.language == "en" else "id"

    @property
    def user(self) -> User | None:
        """Who signed in, every step of it."""
        session = self.sign_in.session
        return self.sign_in.user if session is not None and session.complete else None

    @property
    def menu(self) -> Sequence[menus.Entry]:
        return menus.PATIENT if self.patient else menus.ANYBODY

    def is_at(self, entry: menus.Entry) -> bool:
        """Whether this page is below an entry of the menu."""
        here = self.request.url.path.rstrip("/")
        return here == entry.address or (entry is not menus.HOME and here.startswith(f"{entry.address}/"))

    @property
    def zone(self) -> ZoneInfo:
        return self.portal.pages.zone

    @property
    def now(self) -> datetime:
        """In the hospital's time."""
        return self.portal.pages.issuer.clock().astimezone(self.zone)

    @property
    def is_large(self) -> bool:
        """Whether the person wants large letters."""
        return self.request.cookies.get(TEXT_COOKIE) == "large"

    @property
    def person(self) -> Person | None:
        """Whose record is looked at."""
        return next((one for one in self.people if one.id == self.patient), None)

    @property
    def mark(self) -> str:
        """By which a device knows again whose pages it keeps, "" where nobody signed in; it tells no name."""
        return hashlib.sha256(f"device:{self.user.username}".encode()).hexdigest()[:32] if self.user else ""

    @property
    def acts_for_another(self) -> bool:
        return bool(self.patient) and (self.user is None or self.user.patient != self.patient)

    def say(self, id: str, en: str) -> str:
        return id if self.language == "id" else en

    def text(self, text: Text) -> str:
        return text.in_language(self.language)

    def moment(self, moment: datetime) -> str:
        """A day and an hour at the hospital, in words."""
        return full_moment(moment, self.zone, self.language)

    def query(self, name: str) -> str:
        """A parameter of the address, "" where it is missing."""
        return self.sign_in.query(name)

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def record(self, code: str) -> Record:
        """The record as this person may use it, for a page that reads much of it: `reading` tells the journal."""
        path = f"Patient/{self.patient}/{code}" if self.patient else code
        trail = Trail(code, self._request("GET", path, AS_A_PAGE))
        if self.patient:
            # That there is nothing is told of a patient, too.
            trail.patients[self.patient] = None
        return self.portal.record_for(self.caller).watched(trail)

    @asynccontextmanager
    async def reading(self, code: str) -> AsyncIterator[Record]:
        """The record for several reads of one page; at the end the journal has one entry for all of them. `code`: what
        is looked at, such as $timeline. A refusal is told, too. Raises FhirError."""
        record = self.record(code)
        try:
            yield record
        except PageRefused as refused:
            await record.note(refused.status, reason=REASONS.get(refused.status, "processing"))
            raise
        except FhirError as error:
            if error.status != Unavailable.status:
                await record.note(error.status, reason=error.issues[0].code)
            raise
        await record.note()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Parameters = (),
        sent: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Resource:
        """The resource that answers a FHIR request of this person. `sent`: parameters of an operation; `key`: the
        Idempotency-Key. Raises FhirError."""
        return (await self.response(method, path, query=query, sent=sent, key=key)).resource or {}

    async def response(
        self,
        method: str,
        path: str,
        *,
        query: Parameters = (),
        sent: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> FhirResponse:
        """The whole answer. Raises FhirError."""
        body = None if sent is None else parameters_of(sent)
        request = self._request(method, path, query, body, key=key)
        return await self.portal.dispatcher.answer(request, self.portal.record_for(self.caller))

    async def found(self, type: str, query: Parameters) -> list[Resource]:
        """The resources of the first page of a search, without what it includes. Raises FhirError."""
        bundle = await self.ask("GET", type, query=query)
        return [row["resource"] for row in bundle.get("entry", ()) if row["search"]["mode"] == "match"]

    def _request(
        self, method: str, path: str, query: Parameters = (), body: Resource | None = None, *, key: str = ""
    ) -> FhirRequest:
        headers = {"accept-language": self.language, **({"idempotency-key": key} if key else {})}
        return FhirRequest(method, tuple(path.split("/")), query, headers, body, self.portal.base, self.sign_in.address)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page. What a person who signed in sees is kept nowhere; other pages may be asked for again (ETag)."""
        shown = templates("portal").get_template(template)
        token = csrf.token_of(self.sign_in.secret)
        html = shown.render(say=self.say, text=self.text, visit=self, csrf=token, static=address, **values)
        headers = {"Content-Security-Policy": POLICY, **_kept(self, html)}
        response: Response = HTMLResponse(html, status, headers=headers)
        if "ETag" in headers and headers["ETag"] == self.request.headers.get("if-none-match"):
            # A browser takes over what a 304 says: without the policy, the page it has would get the strictest one.
            response = Response(status_code=304, headers=headers)
        self._remember(response)
        return response

    def redirect(self, url: str) -> Response:
        """Go there by GET."""
        return RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})

    def to_sign_in(self) -> Response:
        """Sign in, and come back to this page."""
        return self.redirect(f"/auth/login?then={self.request.url.path}")

    def cookie(self, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
        secure = self.sign_in.issuer.url.startswith("https:")
        response.set_cookie(name, value, max_age=seconds, path="/portal", secure=secure, httponly=True, samesite="lax")

    def switch(self) -> str:
        """The address of this page in the other language."""
        return self.sign_in.switch()

    def _remember(self, response: Response) -> None:
        if self.sign_in.session is None:
            self.sign_in.remember(response, self.sign_in.secret)
        switched = self.query("lang")
        if switched in language.LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, switched, max_age=A_YEAR, path="/", samesite="lax", httponly=True)


async def visit_of(request: Request) -> Visit:
    """Raises FhirError, RecordUnavailable."""
    portal: Portal = request.state.portal
    sign_in = await sign_in_of(request)
    visit = Visit(sign_in, portal, ANYBODY)
    user = visit.user
    if user is None:
        return visit
    caller = caller_of(user, portal.policy, visit.now.date())
    ids = tuple(sorted(caller.patients or (), key=lambda id: (id != user.patient, id))) if caller else ()
    people = (
        await portal.names.get((user.username, ids), lambda: portal.pages.people.patients(user, ids)) if ids else []
    )
    if caller is None or not people:
        return visit
    wanted = request.cookies.get(PATIENT_COOKIE, "")
    patient = wanted if any(one.id == wanted for one in people) else people[0].id
    caller = await portal.settled(for_patient(caller, patient))
    return Visit(sign_in, portal, caller, patient, people)


def refusal(error: FhirError) -> PageRefused:
    """What a page says of a refusal of the record."""
    return PageRefused(error.status, error.issues[0].text)


def own(visit: Visit, form: Form) -> None:
    """The form was made for the record that is looked at now: another window may have changed to another patient.
    Raises PageRefused."""
    if form.one("patient") != visit.patient:
        raise PageRefused(
            409,
            Text(
                "You have changed to another person's record meanwhile. Choose the person again, and repeat.",
                "Anda sudah berpindah ke rekam medis orang lain. Pilih lagi orangnya, lalu ulangi.",
            ),
        )


def _kept(visit: Visit, html: str) -> dict[str, str]:
    if visit.user is not None:
        return {"Cache-Control": "no-store", MARK: visit.mark}
    tag = hashlib.sha256(html.encode()).hexdigest()[:32]
    return {"Cache-Control": "private, no-cache", "ETag": f'"{tag}"', "Vary": "Cookie, Accept-Language"}
