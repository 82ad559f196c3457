"""The one way outside: what it refuses before a name is looked up, at the address, and while it reads."""

from __future__ import annotations

import ipaddress
import ssl
import time
from dataclasses import replace

import pytest

from auth.fetcher import CannotFetch, Fetched, Rules, fetch, is_public, target
from tests.auth.tls_server import NAME, Answer, drips, says, serving, trusting


def refuse(name: str, port: int) -> list[str]:
    raise AssertionError("the name was looked up")


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example/jwks",
        "ftp://keys.example/",
        "file:///etc/passwd",
        "gopher://keys.example/",
        "data:application/json,{}",
        "//keys.example/",
        "keys.example",
        "https://",
        "https:///path",
        "https://user@keys.example/",
        "https://user:password@keys.example/",
        "https://user@localhost/",
        "https://keys.example:22/",
        "https://keys.example:8080/",
        "https://keys.example:0x50/",
        "https://keys.example:99999/",
        "https://keys.example/a b",
        "https://keys.example/\r\nHost: x",
        "https://keys.exämple/",
        "https://[::1/",
        "",
    ],
)
def test_a_wrong_url_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(CannotFetch):
        fetch(url, Rules(resolve=refuse))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "169.254.169.254",
        "[::ffff:10.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_an_address_inside_is_never_called(host: str) -> None:
    with pytest.raises(CannotFetch):
        fetch(f"https://{host}/", Rules(seconds=1))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::7f00:1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("2002:a00:1::", False),
        ("2001:0:a00:1::", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("240.0.0.1", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("::", False),
    ],
)
def test_what_is_of_the_public_internet(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["fe80::1%eth0"], []])
def test_a_name_that_leads_inside_is_refused_even_if_it_leads_elsewhere_too(found: list[str]) -> None:
    with pytest.raises(CannotFetch, match="not on the public internet"):
        fetch("https://keys.example/", Rules(resolve=lambda name, port: found))


def test_the_path_keeps_its_query() -> None:
    assert target("https://keys.example/a/b?c=d", Rules()) == ("keys.example", 443, "/a/b?c=d")
    assert target("https://keys.example", Rules()) == ("keys.example", 443, "/")
    assert target("https://keys.example:8443/x", Rules())[1] == 8443


def here(port: int) -> Rules:
    """Let the test's own server be called, as NAME."""
    return Rules((port,), 2.0, 1000, lambda address: True, lambda name, port: ["127.0.0.1"], trusting)


def fetched(answer: Answer, **changes: object) -> Fetched:
    with serving(answer) as port:
        return fetch(f"https://{NAME}:{port}/jwks", replace(here(port), **changes))  # type: ignore[arg-type]


def test_what_is_there_comes_with_how_long_it_may_be_kept() -> None:
    assert fetched(says(b"{}", "200 OK", "Cache-Control: max-age=60")) == Fetched(b"{}", "max-age=60")


@pytest.mark.parametrize(
    "answer",
    [
        says(b"", "302 Found", "Location: https://127.0.0.1/"),
        says(b"", "301 Moved Permanently", "Location: http://keys.example/"),
        says(b"{}", "500 Internal Server Error"),
        says(b"{}", "204 No Content"),
        says(b"x" * 1001),
        drips(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 500, 0.001),
        says(b"", "200 OK", *(f"X-{number}: y" for number in range(200))),
        lambda connection, _: connection.sendall(b"no HTTP at all\r\n\r\n"),
        lambda connection, _: connection.close(),
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
    ],
)
def test_an_answer_that_is_not_as_it_should_be_is_refused(answer: Answer) -> None:
    with pytest.raises(CannotFetch):
        fetched(answer)


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b""])
def test_a_server_that_never_ends_is_cut_off(first: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(CannotFetch):
        fetched(drips(first, b"a", 0.05), seconds=0.5)
    assert time.monotonic() - began < 5


def test_a_stranger_s_certificate_is_refused() -> None:
    with pytest.raises(CannotFetch):
        fetched(says(b"{}"), tls=ssl.create_default_context)


def test_a_certificate_of_another_name_is_refused() -> None:
    with serving(says(b"{}")) as port, pytest.raises(CannotFetch):
        fetch(f"https://other.example:{port}/", here(port))


def test_nobody_listens() -> None:
    with serving(says(b"{}")) as port:
        pass
    with pytest.raises(CannotFetch):
        fetch(f"https://{NAME}:{port}/", here(port))
