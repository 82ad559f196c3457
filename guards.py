"""What stands before every address: how often somebody may ask, which web pages may ask, headers that browsers heed.

https://fetch.spec.whatwg.org/#http-cors-protocol, https://www.rfc-editor.org/rfc/rfc6585#section-4
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOR_ALL = ("/fhir/metadata", "/fhir/.well-known/", "/.well-known/", "/auth/jwks", "/auth/style.json")
"""What any web page may read (SMART App Launch 2.2, section "CORS"); the rest is for registered apps alone."""
API = ("/fhir", "/bookings", "/auth/token", "/auth/introspect", "/auth/revoke", "/auth/register")
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-Modified-Since, If-None-Exist,"
    " If-None-Match, If-Range, Last-Event-ID, Prefer, Range, X-Provenance, X-Request-Id, X-Security-Context"
)
EXPOSED = (
    "Accept-Ranges, Content-Disposition, Content-Location, Content-Range, ETag, Last-Modified, Location, Retry-After,"
    " X-Progress, X-Security-Context"
)
PREFLIGHT_SECONDS = 600
MOST_KEYS = 50_000
BURST_SECONDS = 10

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}
HSTS = "max-age=31536000; includeSubDomains"
TOO_MANY = "Terlalu banyak permintaan; coba lagi nanti. Too many requests; try again later."


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a minute: of one token, and of one address without a token. 0 is no limit. `proxies`: how many proxies
    of our own stand before the server, each of which appends an address to X-Forwarded-For."""

    per_token: int = 0
    per_address: int = 0
    proxies: int = 0


class Buckets:
    """Token buckets by key: `per_minute` requests on average, BURST_SECONDS worth of them at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._size = max(1.0, self._rate * BURST_SECONDS)
        self._clock = clock
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """0 where a request may pass, else the seconds until the next one may. The least recent keys are forgotten
        beyond MOST_KEYS: they have full buckets again."""
        now = self._clock()
        left = self._left_of(key, now)
        passes = left >= 1
        self._left.pop(key, None)
        self._left[key] = (left - 1 if passes else left, now)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)
        return 0.0 if passes else (1 - left) / self._rate

    def wait(self, key: Hashable) -> float:
        """The same, and nothing is taken."""
        left = self._left_of(key, self._clock())
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def _left_of(self, key: Hashable, now: float) -> float:
        left, at = self._left.get(key, (self._size, now))
        return min(self._size, left + (now - at) * self._rate)


class Guards:
    """An ASGI application around another one. The lifespan's state may have `knows_origin`, which tells whether a
    registered app lives at an origin; otherwise there is none."""

    def __init__(self, app: ASGIApp, limits: Limits, *, is_https: bool) -> None:
        self._app = app
        self._limits = limits
        self._by_token = Buckets(limits.per_token) if limits.per_token else None
        self._by_address = Buckets(limits.per_address) if limits.per_address else None
        always = SECURITY | ({"Strict-Transport-Security": HSTS} if is_https else {})
        self._always = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._limits.proxies:
            scope = {**scope, "client": (client_address(scope, self._limits.proxies), 0)}
        headers = dict(reversed(scope["headers"]))
        origin = headers.get(b"origin", b"").decode("latin-1")
        added = await _cross_origin(scope, origin) if origin else {}
        seconds = self._wait(scope, headers)
        if seconds:
            answer: ASGIApp = _too_many(scope["path"], seconds)
        elif scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            answer = Response(status_code=204 if added else 403)
        else:
            answer = self._app

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                missing = [pair for pair in self._always if pair[0] not in there]
                message = {**message, "headers": [*message["headers"], *missing]}
                if b"origin" in headers:
                    told = MutableHeaders(raw=message["headers"])
                    told.update(added)
                    told.add_vary_header("Origin")
            await send(message)

        await answer(scope, receive, finish)

    def _wait(self, scope: Scope, headers: Mapping[bytes, bytes]) -> float:
        token = headers.get(b"authorization")
        if token is not None and token[:7].lower() == b"bearer ":
            return self._by_token.take(token) if self._by_token else 0.0
        return self._by_address.take(client_address(scope)) if self._by_address else 0.0


async def _cross_origin(scope: Scope, origin: str) -> dict[str, str]:
    """What lets a web page elsewhere read the answer; nothing where it may not. Cookies never pass."""
    path = scope["path"]
    if path.startswith(FOR_ALL):
        allowed = "*"
    elif path.startswith(API) and await _knows(scope, origin):
        allowed = origin
    else:
        return {}
    told = {"Access-Control-Allow-Origin": allowed, "Access-Control-Expose-Headers": EXPOSED}
    if scope["method"] != "OPTIONS":
        return told
    return told | {
        "Access-Control-Allow-Methods": METHODS,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }


def client_address(scope: Scope, proxies: int = 0) -> str:
    """Who asks: the peer, or what the outermost of our own proxies saw. What a client writes itself does not count."""
    peer = scope["client"][0] if scope.get("client") else ""
    if not proxies:
        return peer
    told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    listed = [part.strip() for part in ",".join(told).split(",") if part.strip()]
    return listed[-proxies] if len(listed) >= proxies else peer


async def _knows(scope: Scope, origin: str) -> bool:
    knows: Callable[[str], Awaitable[bool]] | None = scope.get("state", {}).get("knows_origin")
    return knows is not None and await knows(origin)


def _too_many(path: str, seconds: float) -> Response:
    headers = {"Retry-After": str(math.ceil(seconds)), "Cache-Control": "no-store"}
    if path.startswith("/fhir"):
        issue = {"severity": "error", "code": "throttled", "details": {"text": TOO_MANY}}
        body = {"resourceType": "OperationOutcome", "issue": [issue]}
        return JSONResponse(body, 429, headers, media_type="application/fhir+json")
    if path.startswith("/bookings/"):
        told = {"rule": "throttled", "message": TOO_MANY, "issues": []}
        return JSONResponse(told, 429, headers)
    if path.startswith("/bpjs/"):
        return JSONResponse({"metadata": {"message": TOO_MANY, "code": 201}}, 429, headers)
    if path.startswith("/auth/") and path.startswith(API):
        return JSONResponse({"error": "slow_down", "error_description": TOO_MANY}, 429, headers)
    return Response(TOO_MANY, 429, headers, media_type="text/plain; charset=utf-8")
