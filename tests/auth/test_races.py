"""Many at the same moment: of what can be used once, exactly one use succeeds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

from auth import authorize
from auth.authorize import Approval, RequestGone
from auth.client_metadata import ClientRefused
from auth.issuer import Issuer
from auth.keys import public_keys
from auth.launch import launch
from auth.live import in_use
from auth.models import Launch, LaunchContext
from auth.registration import invite, register_with
from auth.server import Server, WebRequest
from auth.storage import keys as stored_keys
from auth.storage.database import Documents, connected
from tests.auth.apps import (
    EC,
    RSA,
    app,
    approved,
    asking,
    assertion,
    begin,
    body,
    exchange,
    person,
    query,
    refresh,
    secret_app,
    signed_in,
    system,
)

T = TypeVar("T")
AT_ONCE = 20


def together(act: Callable[[], T], times: int = AT_ONCE) -> list[T]:
    """The results of as many calls that begin at the same moment."""
    gate = Barrier(times)

    def run(_: int) -> T:
        gate.wait(30)
        return act()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


def test_of_twenty_exchanges_of_a_code_one_succeeds_and_the_grant_dies(server: Server) -> None:
    made = secret_app(server.issuer)
    for _ in range(3):
        code = approved(server, made.id, person(server.issuer))["code"]
        answers = together(partial(exchange, server, made, code))
        (won,) = [answer for answer in answers if answer.status == 200]
        assert {body(answer, 400)["error"] for answer in answers if answer is not won} == {"invalid_grant"}
        assert in_use(server.issuer, body(won)["access_token"]) is None
        assert body(refresh(server, made, body(won)["refresh_token"]), 400)["error"] == "invalid_grant"


def test_of_twenty_refreshes_one_succeeds_and_the_grant_dies(server: Server) -> None:
    made = app(server.issuer)
    first = body(exchange(server, made, approved(server, made.id, person(server.issuer))["code"]))
    answers = together(lambda: refresh(server, made, first["refresh_token"]))
    (won,) = [answer for answer in answers if answer.status == 200]
    for text in (first["access_token"], body(won)["access_token"]):
        assert in_use(server.issuer, text) is None
    assert body(refresh(server, made, body(won)["refresh_token"]), 400)["error"] == "invalid_grant"


def test_of_twenty_uses_of_an_assertion_one_succeeds(server: Server) -> None:
    made = system(server.issuer, EC)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(server.issuer, made.id, EC),
    }
    url = server.issuer.endpoint("token")
    answers = together(lambda: server.create_token_response(WebRequest("POST", url, form)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * (AT_ONCE - 1)


def test_of_twenty_answers_to_a_request_one_counts(server: Server) -> None:
    issuer, made, user = server.issuer, app(server.issuer), person(server.issuer)
    id = query(begin(server, asking(issuer, made.id)))["request"]
    given = Approval(user, signed_in(issuer, user), "openid patient/*.rs", LaunchContext("1"))

    def approve() -> bool:
        try:
            return "code" in query(authorize.approve(issuer, id, given))
        except RequestGone:
            return False

    assert sum(together(approve)) == 1


def test_of_twenty_uses_of_a_launch_one_counts(server: Server) -> None:
    issuer, made = server.issuer, app(server.issuer)
    told = query(launch(issuer, Launch(made.id, "user", LaunchContext("1"))))["launch"]
    found = together(lambda: query(begin(server, asking(issuer, made.id, launch=told))))
    assert sum("request" in row for row in found) == 1


def test_of_twenty_uses_of_an_initial_access_token_one_counts(issuer: Issuer) -> None:
    token = invite(issuer, "patient/*.rs")
    metadata = {"client_name": "App", "redirect_uris": ["https://app.example/"], "token_endpoint_auth_method": "none"}

    def register() -> bool:
        try:
            return register_with(issuer, token, metadata)[1] is None
        except ClientRefused:
            return False

    assert sum(together(register)) == 1


def test_processes_that_start_together_make_one_key(mongodb_uri: str, database_name: str) -> None:
    with connected(mongodb_uri, database_name) as database:
        here = Issuer("https://ehr.test", "https://ehr.test/fhir", database)
        kids = {
            row["kid"]
            for found in together(lambda: public_keys(here, lambda: dict(RSA.as_dict(private=True))), 8)
            for row in found["keys"]
        }
        assert len(kids) == 1
        assert _numbers(database) == [1]


def _numbers(database: Documents) -> list[int]:
    return [key.number for key in stored_keys.newest_first(database)]
