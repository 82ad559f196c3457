"""The authorization endpoint: what an app asks for, and a person's answer to it.
https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code

`begin` refuses what can be refused without a person, and leads on to the consent page. That page calls `pending`, and
then `approve` or `deny`, which say where the browser goes: back to the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, UnsupportedResponseTypeError

from auth import prompting, scopes
from auth.issuer import Issuer, digest
from auth.models import AuthorizationRequest, Code, Grant, Launch, LaunchContext
from auth.server import ACCESS, RegisteredClient, Server, WebRequest, keeps_access, of_level
from auth.sessions import Session
from auth.storage import codes, launches, requests, tokens
from auth.users import User
from resources.issues import Text

REQUEST = timedelta(minutes=10)
CODE = timedelta(seconds=60)
LONGEST_GRANT = timedelta(days=730)
MOST_STATE = 2048

Asked = Mapping[str, list[str]]


class NotTheApp(Exception):
    """Nothing may be sent back to where the request claims to come from; the text is for the person."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


UNKNOWN_APP = Text(
    "The app that sent you here is not registered with this hospital.",
    "Aplikasi yang mengirim Anda ke sini tidak terdaftar di rumah sakit ini.",
)
UNKNOWN_ADDRESS = Text(
    "The app that sent you here gave an address that is not registered for it.",
    "Aplikasi yang mengirim Anda ke sini memberi alamat yang tidak terdaftar untuknya.",
)


class RequestGone(Exception):
    """The request was answered before, or is older than ten minutes."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's yes: who, in which session, to which part of the scope, and for which patient."""

    user: User
    session: Session
    scope: str
    context: LaunchContext


def begin(server: Server, method: str, asked: Asked, session: Session | None = None) -> str:
    """Where the browser goes: on to the consent page, or back to the app with an error.

    `asked`: all values of every parameter; `session`: of the person, if one has passed every step. Raises NotTheApp
    where the app or its address is not known."""
    client, redirect_uri = _app(server, asked)
    try:
        web = WebRequest(method, server.issuer.endpoint("authorize"), _single(asked))
        request = _checked(server, web, client, session)
    except OAuth2Error as error:
        told = {
            "error": error.error,
            "error_description": error.get_error_description() or None,
            "state": _state(asked),
        }
        return _back(server.issuer, redirect_uri, told)
    expires = server.issuer.clock() + REQUEST
    requests.add(server.issuer.database, digest(request.id), request, expires=expires)
    return f"{server.issuer.endpoint('consent')}?request={quote(request.id)}"


def pending(issuer: Issuer, request_id: str) -> AuthorizationRequest:
    """The request that waits for an answer. Raises RequestGone."""
    found = requests.find(issuer.database, digest(request_id), request_id, issuer.clock())
    if found is None:
        raise RequestGone
    return found


def needs_patient(request: AuthorizationRequest) -> bool:
    """Whether the person has to choose a patient: the app asks for one, and no launch has told it."""
    told = request.context is not None and request.context.patient is not None
    return not told and _is_about_a_patient(request.scope)


def needs_encounter(request: AuthorizationRequest) -> bool:
    """Whether the person has to choose an encounter of the patient."""
    told = request.context is not None and request.context.encounter is not None
    return not told and "launch/encounter" in scopes.words(request.scope)


def approve(issuer: Issuer, request_id: str, approval: Approval) -> str:
    """Where the browser goes, with a code that is good for a minute.

    Denied instead: an EHR launch that another person began, scopes on a patient without one, a session from before the
    app wanted the person to sign in.
    Raises RequestGone, InvalidScope where more is approved than was asked for."""
    request = pending(issuer, request_id)
    scope = scopes.narrowed(request.scope, scopes.words(approval.scope))
    context = _context(issuer, request, approval.context)
    if not prompting.is_recent(approval.session, request):
        return deny(issuer, request_id, "login_required")
    another = request.launched_by not in (None, approval.user.username)
    if another or not scope or (context.patient is None and _is_about_a_patient(scope)):
        return deny(issuer, request_id)
    request = _claimed(issuer, request_id)
    grant = _granted(issuer, request, replace(approval, scope=scope, context=context))
    code = issuer.secret()
    codes.add(issuer.database, digest(code), _code(issuer, request, grant))
    return _back(issuer, request.redirect_uri, {"code": code, "state": request.state})


def deny(issuer: Issuer, request_id: str, error: str = "access_denied") -> str:
    """Where the browser goes, with an error code of OAuth. Raises RequestGone."""
    request = _claimed(issuer, request_id)
    return _back(issuer, request.redirect_uri, {"error": error, "state": request.state})


def _app(server: Server, asked: Asked) -> tuple[RegisteredClient, str]:
    ids, uris = asked.get("client_id", []), asked.get("redirect_uri", [])
    client = server.query_client(ids[0]) if len(ids) == 1 else None
    if client is None:
        raise NotTheApp(UNKNOWN_APP)
    if len(uris) != 1 or not client.check_redirect_uri(uris[0]):
        raise NotTheApp(UNKNOWN_ADDRESS)
    return client, uris[0]


def _single(asked: Asked) -> dict[str, str]:
    """The parameters, if each is there once. Raises InvalidRequestError."""
    if any(len(values) > 1 for values in asked.values()):
        raise InvalidRequestError("A parameter may be there only once.")
    return {name: values[0] for name, values in asked.items()}


def _state(asked: Asked) -> str | None:
    values = asked.get("state", [])
    return values[0] if len(values) == 1 and len(values[0]) <= MOST_STATE else None


def _checked(
    server: Server, web: WebRequest, client: RegisteredClient, session: Session | None
) -> AuthorizationRequest:
    """Raises OAuth2Error."""
    _check(server.issuer, web.form)
    scope = of_level(server.get_consent_grant(web, session).request.scope, {"patient", "user"})
    earliest = prompting.signed_in_after(web.form, server.issuer.clock())
    prompting.refuse_to_ask(web.form, session, earliest)
    launch = _launch(server.issuer, web.form, client)
    if launch is None:
        scope = " ".join(word for word in scopes.words(scope) if word != "launch")
    if not scope:
        raise InvalidScopeError("Nothing of what is asked for can be granted.")
    return AuthorizationRequest(
        server.issuer.secret(),
        client.get_client_id(),
        web.form["redirect_uri"],
        scope,
        web.form["state"],
        web.form["code_challenge"],
        nonce=web.form.get("nonce"),
        signed_in_after=earliest,
        context=launch.context if launch else None,
        launched_by=launch.username if launch else None,
    )


def _check(issuer: Issuer, asked: Mapping[str, str]) -> None:
    """What authlib leaves to us. Raises OAuth2Error."""
    if asked.get("response_type") != "code":
        raise UnsupportedResponseTypeError("code")
    if not 0 < len(asked.get("state", "")) <= MOST_STATE:
        raise InvalidRequestError(f"Send a state of at most {MOST_STATE} characters.")
    audience = asked.get("aud", asked.get("resource", ""))
    if audience.rstrip("/") != issuer.fhir_base:
        raise InvalidRequestError("The aud is the URL of the FHIR base.")
    if not asked.get("scope"):
        raise InvalidScopeError("Ask for a scope.")


def _launch(issuer: Issuer, asked: Mapping[str, str], client: RegisteredClient) -> Launch | None:
    """The EHR launch that the request comes from, used up with it; None in a standalone launch."""
    if "launch" not in asked:
        return None
    found = launches.claim(issuer.database, digest(asked["launch"]), client.get_client_id(), issuer.clock())
    if found is None:
        raise InvalidRequestError("The launch is not known: it is another app's, was used, or is older than 5 minutes.")
    return found


def _is_about_a_patient(scope: str) -> bool:
    return "patient" in scopes.levels(scope) or "launch/patient" in scopes.words(scope)


def _context(issuer: Issuer, request: AuthorizationRequest, chosen: LaunchContext) -> LaunchContext:
    """What the launch told goes before what the person chose. An app outside the hospital's own system shows by itself
    whose record it is."""
    told = request.context or LaunchContext()
    patient = told.patient or chosen.patient
    banner = told.need_patient_banner
    return replace(
        told,
        patient=patient,
        encounter=told.encounter or chosen.encounter,
        need_patient_banner=patient is not None if banner is None else banner,
        smart_style_url=f"{issuer.url}/auth/style.json",
    )


def _claimed(issuer: Issuer, request_id: str) -> AuthorizationRequest:
    found = requests.claim(issuer.database, digest(request_id), request_id, issuer.clock())
    if found is None:
        raise RequestGone
    return found


def _granted(issuer: Issuer, request: AuthorizationRequest, approval: Approval) -> Grant:
    now = issuer.clock()
    grant = Grant(
        issuer.secret(),
        request.client_id,
        approval.scope,
        now,
        now + (LONGEST_GRANT if keeps_access(approval.scope) else CODE + ACCESS),
        username=approval.user.username,
        fhir_user=approval.user.fhir_user,
        context=approval.context,
        session=approval.session.hash,
        auth_time=approval.session.since,
    )
    tokens.add_grant(issuer.database, grant)
    return grant


def _code(issuer: Issuer, request: AuthorizationRequest, grant: Grant) -> Code:
    expires = issuer.clock() + CODE
    return Code(grant.id, request.client_id, request.redirect_uri, request.code_challenge, request.nonce, expires)


def _back(issuer: Issuer, redirect_uri: str, answer: Mapping[str, str | None]) -> str:
    """The app's address with an answer, and with `iss` (RFC 9207), against mix-ups of servers."""
    told = {name: value for name, value in {**answer, "iss": issuer.url}.items() if value is not None}
    return f"{redirect_uri}{'&' if urlsplit(redirect_uri).query else '?'}{urlencode(told)}"
