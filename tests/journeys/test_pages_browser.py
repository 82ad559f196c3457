"""A real Chromium, with JavaScript off, on a real `rsud serve`: from an app through sign-in and consent back to it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pymongo import MongoClient

from auth.issuer import Issuer
from auth.protocol import server_of
from auth.storage import users
from auth.storage.database import connected
from auth.users import User
from tests.auth import apps
from tests.auth.accounts import PASSWORD, PASSWORD_HASH
from tests.journeys.servers import Running
from tests.processes import ROOT, free_port, start, wait_until

PHONE, SCREEN = (360, 740), (1280, 900)
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "visit",
    "status": "in-progress",
    "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
    "subject": {"reference": "Patient/siti"},
    "participant": [{"individual": {"reference": "Practitioner/agus"}}],
    "period": {"start": "2026-01-02T08:00:00+08:00"},
}
RECORD: list[dict[str, Any]] = [
    {"resourceType": "Practitioner", "id": "agus", "name": [{"text": "dr. Agus"}]},
    {"resourceType": "Patient", "id": "siti", "name": [{"text": "Siti Rahmawati"}], "birthDate": "1958-03-12"},
    ENCOUNTER,
]


class _App(BaseHTTPRequestHandler):
    """The app's own server: whatever comes back, it says thank you."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"terima kasih")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@dataclass(frozen=True)
class Hospital:
    """A server process with sign-in; an app whose own server is at `callback`."""

    issuer: Issuer
    app: apps.App
    callback: str

    def asked(self, scope: str) -> str:
        """The address that the app opens in the person's browser."""
        parameters = apps.asking(self.issuer, self.app.id, scope=scope, redirect_uri=self.callback)
        return f"{self.issuer.endpoint('authorize')}?{urlencode(parameters)}"

    def token(self, page: Page) -> str:
        """What the app makes of the code that came back."""
        code = apps.query(page.url)["code"]
        answer = apps.exchange(server_of(self.issuer), self.app, code, redirect_uri=self.callback)
        assert answer.body is not None
        return str(answer.body["access_token"])

    def read(self, path: str, token: str) -> httpx.Response:
        url = f"{self.issuer.fhir_base}/{path}"
        return httpx.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False)


@contextmanager
def app_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _App)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/callback"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, mongodb_uri: str) -> Iterator[Hospital]:
    port, name = free_port(), "test_browser"
    url = f"http://127.0.0.1:{port}"
    variables = {"PYTHONPATH": str(ROOT), "RSUD_MONGODB_URI": mongodb_uri, "RSUD_MONGODB_DATABASE": name}
    process = start(tmp_path_factory.mktemp("browser"), "serve", "--port", str(port), **variables)
    try:
        wait_until(lambda: process.poll() is not None or _is_ready(url))
        assert process.poll() is None
        with connected(mongodb_uri, name) as database, app_server() as callback:
            issuer = Issuer(url, f"{url}/fhir", database)
            _fill(issuer)
            app = apps.app(issuer, client_name="Sehat Bersama", redirect_uris=[callback])
            yield Hospital(issuer, app, callback)
    finally:
        Running(process, url, port).kill()
        told = "".join(process.communicate())
    assert PASSWORD not in told
    assert "code=" not in told
    with MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database(name)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _fill(issuer: Issuer) -> None:
    token = (apps.system_token(server_of(issuer), apps.system(issuer)).body or {})["access_token"]
    for row in RECORD:
        url = f"{issuer.fhir_base}/{row['resourceType']}/{row['id']}"
        made = httpx.put(url, json=row, headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        assert made.status_code == 201, made.text
    for user in (
        User("siti", "pasien", PASSWORD_HASH, fhir_user="Patient/siti"),
        User("dr.agus", "dokter", PASSWORD_HASH, fhir_user="Practitioner/agus"),
    ):
        assert users.add(issuer.database, user)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "The Debian package chromium is needed: make test installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def window(chromium: Browser, size: tuple[int, int], language: str) -> Iterator[Page]:
    """A new browser of a person, without JavaScript; at its end nothing was refused by the pages' own policy."""
    complaints: list[str] = []
    viewport = {"width": size[0], "height": size[1]}
    context = chromium.new_context(viewport=viewport, locale=language, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert [text for text in complaints if "Policy" in text or "Refused" in text] == []


def sign_in(page: Page, name: str) -> None:
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.click("main button")


def fits(page: Page) -> bool:
    """Whether nothing stands out of the window to the right."""
    size = page.viewport_size
    assert size is not None
    boxes = [one.bounding_box() for one in page.locator("main *:visible").all()]
    return all(box["x"] + box["width"] <= size["width"] for box in boxes if box)


def test_a_patient_on_a_telephone(chromium: Browser, hospital: Hospital) -> None:
    with window(chromium, PHONE, "id-ID") as page:
        page.goto(
            hospital.asked("launch/patient openid fhirUser patient/Patient.rs patient/Observation.rs patient/*.rs")
        )
        assert page.locator("h1").inner_text() == "Masuk"
        assert fits(page)
        sign_in(page, "siti")
        assert page.locator("h1").inner_text() == "Izinkan aplikasi ini?"
        assert page.locator("text=12 Maret 1958").is_visible()
        assert fits(page)
        page.uncheck("input[value='patient/*.rs']")
        page.click("summary >> nth=0")
        page.check("text=Hasil laboratorium")
        assert fits(page)
        page.click("button[value=approve]")
        assert page.url.startswith(f"{hospital.callback}?code=")
        assert page.locator("text=terima kasih").is_visible()
        token = hospital.token(page)
        assert hospital.read("Patient/siti", token).status_code == 200
        assert hospital.read("Encounter/visit", token).status_code == 403, "it was unticked"

        page.goto(hospital.issuer.endpoint("apps"))
        assert page.locator("h2").inner_text() == "Sehat Bersama"
        assert fits(page)
        page.click("button[name=grant]")
        assert page.locator(".notice").is_visible()
        wait_until(lambda: hospital.read("Patient/siti", token).status_code == 401, seconds=10)


def test_a_doctor_at_a_desk(chromium: Browser, hospital: Hospital) -> None:
    with window(chromium, SCREEN, "en-GB") as page:
        page.goto(hospital.asked("launch/patient openid fhirUser user/Patient.rs"))
        sign_in(page, "dr.agus")
        assert page.locator("h1").inner_text() == "Set up two-step sign-in"
        picture = page.locator(".qr svg").bounding_box()
        assert picture is not None
        assert picture["width"] > 150
        app = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
        page.fill("#code", app.now())
        page.click("main button")
        assert page.locator("h1").inner_text() == "For which patient?"
        page.click(".switch")
        assert page.locator("h1").inner_text() == "Untuk pasien siapa?"
        page.fill("#text", "rahma")
        page.click("button[value=find]")
        page.click("button:has-text('Siti Rahmawati')")
        page.click("button[value=approve]")
        token = hospital.token(page)
        assert hospital.read("Patient/siti", token).status_code == 200

        page.goto(hospital.asked("openid user/Patient.rs"))
        page.click("button[value=deny]")
        assert apps.query(page.url)["error"] == "access_denied"
        page.goto(hospital.issuer.endpoint("logout"))
        page.click("main button")
        assert page.locator("h1").inner_text() == "Masuk"
        sign_in(page, "dr.agus")
        assert page.locator("#code").is_visible()
        assert page.locator(".qr").count() == 0
