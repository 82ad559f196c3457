"""What stands before every address: limits of rate, cross-origin requests, headers."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from guards import BURST_SECONDS, MOST_KEYS, Buckets, Guards, Limits, client_address

APP = "https://app.example"
APP_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def is_registered(origin: str) -> bool:
    return origin == APP


def client(limits: Limits = Limits(), *, is_https: bool = False) -> httpx.AsyncClient:  # noqa: B008 - frozen
    guarded = Guards(PlainTextResponse("here"), limits, is_https=is_https)

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await guarded({**scope, "state": {"knows_origin": is_registered}}, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(with_state), base_url="http://127.0.0.1")


def test_looking_takes_nothing() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)
    assert [buckets.wait("a") for _ in range(BURST_SECONDS + 1)] == [0.0] * (BURST_SECONDS + 1)
    for _ in range(BURST_SECONDS):
        buckets.take("a")
    assert buckets.wait("a") == buckets.take("a") == 1.0
    clock.now += 1
    assert buckets.wait("a") == 0.0


def test_a_bucket_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(60, clock)
    assert [buckets.take("a") for _ in range(BURST_SECONDS)] == [0.0] * BURST_SECONDS
    assert buckets.take("a") == pytest.approx(1.0)
    assert buckets.take("b") == 0.0
    clock.now = 0.5
    assert buckets.take("a") == pytest.approx(0.5)
    clock.now = 1.0
    assert (buckets.take("a"), buckets.take("a") > 0) == (0.0, True)


def test_a_rare_limit_lets_one_pass() -> None:
    buckets = Buckets(1, Clock())
    assert [buckets.take("a"), buckets.take("a")] == pytest.approx([0.0, 60.0])


def test_memory_stays_bounded() -> None:
    buckets = Buckets(60, Clock())
    for key in range(MOST_KEYS + 10):
        buckets.take(key)
    assert len(buckets._left) == MOST_KEYS


@pytest.mark.parametrize(
    ("path", "type", "part"),
    [
        ("/fhir/Patient", "application/fhir+json", '"throttled"'),
        ("/auth/token", "application/json", '"slow_down"'),
        ("/auth/login", "text/plain", "Terlalu banyak"),
    ],
)
async def test_too_many_requests(path: str, type: str, part: str) -> None:
    async with client(Limits(per_address=6)) as asking:
        first, second = await asking.get(path), await asking.get(path)
    assert (first.status_code, second.status_code) == (200, 429)
    assert 1 <= int(second.headers["Retry-After"]) <= 10
    assert second.headers["Content-Type"].startswith(type)
    assert part in second.text


async def test_each_token_has_its_own_limit() -> None:
    async with client(Limits(per_token=6, per_address=6)) as asking:
        tokens = ["one", "two", "one"]
        answers = [await asking.get("/fhir/x", headers={"Authorization": f"Bearer {token}"}) for token in tokens]
        without = await asking.get("/fhir/x")
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert without.status_code == 200


def forwarded(value: str, peer: str = "10.0.0.1") -> Scope:
    return {"client": (peer, 1), "headers": [(b"x-forwarded-for", value.encode())]}


@pytest.mark.parametrize(
    ("scope", "proxies", "address"),
    [
        (forwarded("1.1.1.1"), 0, "10.0.0.1"),
        (forwarded("6.6.6.6, 1.1.1.1"), 1, "1.1.1.1"),
        (forwarded("6.6.6.6, 1.1.1.1, 10.0.0.2"), 2, "1.1.1.1"),
        (forwarded(""), 1, "10.0.0.1"),
        ({"client": None, "headers": []}, 0, ""),
    ],
)
def test_who_asks(scope: Scope, proxies: int, address: str) -> None:
    assert client_address(scope, proxies) == address


@pytest.mark.parametrize(
    ("path", "origin", "allowed"),
    [
        ("/fhir/metadata", "https://elsewhere.example", "*"),
        ("/fhir/.well-known/smart-configuration", "https://elsewhere.example", "*"),
        ("/fhir/Patient/1", APP, APP),
        ("/auth/token", APP, APP),
        ("/fhir/Patient/1", "https://elsewhere.example", None),
        ("/fhir/Patient/1", "null", None),
        ("/auth/login", APP, None),
        ("/auth/consent", APP, None),
    ],
)
async def test_which_pages_may_read(path: str, origin: str, allowed: str | None) -> None:
    async with client() as asking:
        answer = await asking.get(path, headers={"Origin": origin})
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        preflight = await asking.options(path, headers=asked)
    assert answer.status_code == 200
    assert preflight.status_code == (204 if allowed else 403)
    for one in (answer, preflight):
        assert one.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in one.headers
        assert one.headers["Vary"] == "Origin"
    if allowed:
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("is_https", [True, False])
async def test_headers_that_browsers_heed(is_https: bool) -> None:
    async with client(is_https=is_https) as asking:
        answer = await asking.get("/anything")
    assert {name: answer.headers[name] for name in APP_HEADERS} == APP_HEADERS
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert ("Strict-Transport-Security" in answer.headers) is is_https
