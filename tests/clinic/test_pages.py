"""What is served at /clinic: pages with a strict policy, files that a browser keeps, and apps that are registered."""

from __future__ import annotations

import gzip
import hashlib
import re
from importlib.resources import files

import httpx
import pytest

from auth.registration import keep
from auth.storage import clients
from clinic.registration import CLINIC, GROWTH, apps
from clinic.routes import PAGES, Hospital, mark, page
from tests.clinic.hospital import Hospital as Served
from tests.processes import ROOT

FIRST_LOAD = 150_000


async def answer(served: Served, path: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("path", list(PAGES))
async def test_pages_run_only_our_own_files(hospital: Served, path: str) -> None:
    found = await answer(hospital, path)
    assert found.status_code == 200
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?! (type=\"module\" )?src=)|<style|\son\w+=|style=", found.text)


async def test_files_have_the_mark_of_their_content_in_their_address(hospital: Served) -> None:
    kept = await answer(hospital, f"/clinic/static/{mark()}/start.js")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-type"].startswith("text/javascript")
    old = await answer(hospital, "/clinic/static/0123456789ab/start.js")
    assert (old.text, old.headers["cache-control"]) == (kept.text, "no-cache")


@pytest.mark.parametrize(
    "name", ["none.js", "index.html", "..%2froutes.py", "growth/..%2f..%2froutes.py", "growth", "growth/launch.html"]
)
async def test_there_is_nothing_else(hospital: Served, name: str) -> None:
    assert (await answer(hospital, f"/clinic/static/{mark()}/{name}")).status_code == 404


async def test_addresses_without_a_slash_lead_on(hospital: Served) -> None:
    for path in ("/clinic", "/clinic/growth"):
        assert (await answer(hospital, path)).headers["location"] == f"{path}/"


async def test_the_first_load_is_small(hospital: Served) -> None:
    html = await answer(hospital, "/clinic/")
    size = len(gzip.compress(html.content, 5))
    for path in sorted(set(re.findall(r"(?:href|src)=\"(/clinic/static/[^\"]+)\"", html.text))):
        found = await answer(hospital, path, **{"Accept-Encoding": "gzip"})
        assert found.status_code == 200
        size += found.num_bytes_downloaded
    assert size <= FIRST_LOAD


def test_the_vendored_library_is_the_one_that_is_noted() -> None:
    library = files("clinic").joinpath("files", "growth", "fhir-client.pure.min.js").read_bytes()
    assert hashlib.sha256(library).hexdigest() in (ROOT / "docs" / "clinic.md").read_text()


def test_names_of_the_hospital_are_texts() -> None:
    html = page("index.html", Hospital('RSUD "A" <b>', "Asia/Makassar", "http://127.0.0.1/fhir"))
    assert "RSUD &quot;A&quot; &lt;b&gt;" in html
    assert "<b>" not in html


async def test_the_apps_are_registered_and_stay_removed(hospital: Served) -> None:
    issuer = hospital.issuer
    found = clients.find(issuer.database, CLINIC)
    assert found is not None
    assert (found.auth_method, found.redirect_uris) == ("none", (f"{hospital.url}/clinic/",))
    keep(issuer, apps("http://127.0.0.1:1"))
    moved = clients.find(issuer.database, CLINIC)
    assert moved is not None
    assert moved.launch_uri == "http://127.0.0.1:1/clinic/launch.html"
    assert clients.with_origin(issuer.database, "http://127.0.0.1:1")
    growth = clients.find(issuer.database, GROWTH)
    assert growth is not None
    assert clients.remove(issuer.database, GROWTH)
    keep(issuer, apps(hospital.url))
    assert clients.find(issuer.database, GROWTH) is None
    clients.add(issuer.database, growth)
    keep(issuer, apps(hospital.url))
    again = clients.find(issuer.database, GROWTH)
    assert again is not None
    assert again.redirect_uris == (f"{hospital.url}/clinic/growth/",)


async def test_an_address_that_no_app_may_have_is_passed_over(hospital: Served) -> None:
    keep(hospital.issuer, {"rsud-plain": apps("http://rsud.example")[CLINIC]})
    assert clients.find(hospital.issuer.database, "rsud-plain") is None


async def test_only_who_is_known_sees_the_apps(hospital: Served) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eA=="}):
        found = await answer(hospital, "/auth/launch/apps", **headers)
        assert (found.status_code, found.headers["www-authenticate"]) == (401, 'Bearer realm="rsud-fhir"')
