"""The board of a waiting room in a real Chromium, and live streams over two server processes on one database."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pymongo import MongoClient

from bookings import ticket as tickets
from bookings.ticket import Ticket
from tests.bookings.queues import ticket
from tests.journeys.servers import Running, running
from tests.processes import ROOT, wait_until

DATABASE = "test_board"
SCREEN, UPRIGHT = (1920, 1080), (1080, 1920)
PICTURES = ROOT / ".cache" / "screenshots"
"""To be looked at by people; not in the repository."""

HEARD = """
window.said = [];
window.rung = 0;
speechSynthesis.speak = (words) => { window.said.push([words.lang, words.text]); setTimeout(() => words.onend(), 10); };
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { window.rung += 1; return made.call(this); };
"""
"""Writes down what would be heard."""


class Hospital:
    """Two server processes; numbers are called through the first."""

    def __init__(self, servers: list[Running]) -> None:
        self.servers = servers
        self.put("Location", {"resourceType": "Location", "id": "ruang-int", "name": "Ruang Poli Penyakit Dalam"})
        self.put("Location", {"resourceType": "Location", "id": "loket", "name": "Loket Pendaftaran"})

    def url(self, path: str, server: int = 0) -> str:
        return f"http://127.0.0.1:{self.servers[server].port}{path}"

    def put(self, type: str, resource: dict[str, Any]) -> None:
        answer = httpx.put(self.url(f"/fhir/{type}/{resource['id']}"), json=resource, trust_env=False)
        assert answer.is_success, answer.text

    def waits(self, number: int, letter: str = "A", point: str = "ruang-int") -> Ticket:
        day = datetime.now(ZoneInfo("Asia/Makassar")).date()
        kind: Any = "poli" if letter == "A" else "loket"
        place = {"point": f"Location/{point}", "kind": kind, "letter": letter, "day": day}
        one = ticket(number, id=f"t-{letter}-{number}", queued=datetime.now(UTC), session="", **place)
        self.put("Task", tickets.write(one))
        return one

    def calls(self, number: int, counter: str = "", point: str = "ruang-int") -> dict[str, Any]:
        sent: dict[str, Any] = {"ticket": f"{'A' if point == 'ruang-int' else 'L'}-{number}", "counter": counter}
        answer = httpx.post(self.url(f"/bookings/queue/{point}/call"), json=sent, trust_env=False)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="module")
def hospital(mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with ExitStack() as stack, MongoClient[dict[str, Any]](mongodb_uri) as client:
        client.drop_database(DATABASE)
        folder = tmp_path_factory.mktemp("board")
        servers = [stack.enter_context(running(folder, mongodb_uri, DATABASE)) for _ in range(2)]
        yield Hospital(servers)
        client.drop_database(DATABASE)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program is not None, "The Debian package chromium is needed: make test installs it."
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@contextmanager
def screen(chromium: Browser, size: tuple[int, int] = SCREEN, *, script: bool = True) -> Iterator[Page]:
    """A screen in a waiting room; at its end nothing was refused by the page's own policy, and no script failed."""
    complaints: list[str] = []
    viewport: Any = {"width": size[0], "height": size[1]}
    context = chromium.new_context(viewport=viewport, locale="id-ID", java_script_enabled=script)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(f"Uncaught {error}"))
    page.set_default_timeout(20_000)
    page.add_init_script(HEARD)
    yield page
    context.close()
    assert [text for text in complaints if "Policy" in text or "Refused" in text or "Uncaught" in text] == []


def until(page: Page, expression: str) -> None:
    """Until it is true in the page, whose policy lets nobody evaluate text but us."""
    wait_until(lambda: page.evaluate(expression))


def number(page: Page) -> str:
    return page.locator("#number").inner_text()


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def test_a_call_is_seen_rung_and_said_twice(chromium: Browser, hospital: Hospital) -> None:
    for one in (11, 12):
        hospital.waits(one)
    hospital.waits(3, "L", "loket")
    hospital.calls(11, "Ruang 1")
    with screen(chromium) as page:
        page.goto(hospital.url("/board/ruang-int,loket"))
        until(page, "document.querySelector('#waiting').textContent === '2'")
        assert number(page) == "A-11"
        assert page.evaluate("window.said") == [], "what was called before is not said again"
        hospital.calls(12, "Ruang 2")
        until(page, "document.querySelector('#number').textContent === 'A-12'")
        until(page, "window.said.length === 2")
        said = "Nomor antrean, A, dua belas, silakan menuju poli penyakit dalam, ruang dua."
        assert page.evaluate("window.said") == [["id-ID", said]] * 2
        assert page.evaluate("window.rung") == 3
        assert page.locator("#place").inner_text() == "Ruang 2"
        assert page.locator("#calls li").all_inner_texts()[0].startswith("A-11")
        assert page.locator("#sound").is_hidden()
        hospital.calls(3, "Loket 1", "loket")
        until(page, "document.querySelector('#number').textContent === 'L-3'")
        picture(page, "board-called")
        until(page, "window.said.length === 4")
        until(page, "!document.querySelector('#current').classList.contains('new')")
        picture(page, "board")


@pytest.mark.parametrize(("size", "name"), [(SCREEN, "board-long"), (UPRIGHT, "board-upright")])
def test_it_is_readable_from_ten_metres(
    chromium: Browser, hospital: Hospital, size: tuple[int, int], name: str
) -> None:
    one = 101 if size == SCREEN else 102
    hospital.waits(one)
    hospital.calls(one, "Ruang Pemeriksaan Penyakit Dalam 2")
    with screen(chromium, size) as page:
        page.goto(hospital.url("/board/ruang-int,loket"))
        until(page, f"document.querySelector('#number').textContent === 'A-{one}'")
        height = float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('#number')).fontSize)"))
        assert height >= 0.18 * size[0]
        boxes = [found.bounding_box() for found in page.locator("#number, #place, #clock, .last, #waiting").all()]
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes)
        assert all(box and box["y"] + box["height"] <= size[1] for box in boxes)
        text = page.evaluate(
            "(() => { const range = document.createRange();"
            " range.selectNodeContents(document.querySelector('#number'));"
            " return range.getBoundingClientRect().width; })()"
        )
        part = page.locator("#current").bounding_box()
        assert part is not None
        assert text <= part["width"], "the number fits into its part of the screen"
        picture(page, name)


def test_without_javascript_it_loads_itself_again(chromium: Browser, hospital: Hospital) -> None:
    hospital.waits(40)
    hospital.calls(40, "Ruang 1")
    with screen(chromium, script=False) as page:
        page.goto(hospital.url("/board/ruang-int"))
        assert number(page) == "A-40"
        assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "5"
        hospital.waits(41)
        hospital.calls(41)
        wait_until(lambda: number(page) == "A-41", seconds=20)
        assert page.locator("#place").inner_text() == "Ruang Poli Penyakit Dalam"


HOURS = """() => {
  const before = document.querySelectorAll("*").length;
  for (let turn = 0; turn < 2000; turn += 1) {
    const moment = new Date(Date.now() - 3600000 + turn).toISOString();
    const call = { ticket: "A-" + turn, counter: "", at: moment, spoken: "" };
    show({ points: [{ name: "Poli", waiting: 1, calls: [call] }] });
  }
  const more = document.querySelectorAll("*").length - before;
  return [at("number").textContent, more <= 0, known.size, waitingCalls.length];
}"""


def test_hours_of_calls_leave_nothing_behind(chromium: Browser, hospital: Hospital) -> None:
    with screen(chromium) as page:
        page.goto(hospital.url("/board/ruang-int"))
        until(page, "known !== null")
        assert page.evaluate(HOURS) == ["A-1999", True, 1, 0]


def test_a_lost_connection_is_shown_and_comes_back_with_what_was_missed(chromium: Browser, hospital: Hospital) -> None:
    hospital.waits(60)
    with screen(chromium) as page:
        page.goto(hospital.url("/board/ruang-int"))
        until(page, "known !== null")
        page.context.set_offline(True)
        page.evaluate("source.onerror()")
        assert page.locator("#lost").is_visible()
        picture(page, "board-lost")
        hospital.calls(60, "Ruang 1")
        page.evaluate("source.close()")
        page.context.set_offline(False)
        until(page, "document.querySelector('#number').textContent === 'A-60'")
        assert page.locator("#lost").is_hidden()
        until(page, "window.said.length === 2")


NIGHT = datetime(2026, 11, 24, 2, 58, tzinfo=ZoneInfo("Asia/Makassar"))


def test_the_page_is_loaded_anew_at_night_once_and_only_from_a_server_that_answers(
    chromium: Browser, hospital: Hospital
) -> None:
    hospital.waits(80)
    hospital.calls(80)
    with screen(chromium) as page:
        page.clock.install(time=NIGHT - timedelta(hours=3))
        page.goto(hospital.url("/board/ruang-int"))
        until(page, "known !== null")
        page.evaluate("window.loaded = 'yesterday'")
        page.clock.fast_forward("02:59:00")
        page.wait_for_timeout(500)
        assert page.evaluate("window.loaded") == "yesterday", "not before three"
        page.context.set_offline(True)
        page.clock.fast_forward("05:00")
        page.wait_for_timeout(500)
        assert page.evaluate("window.loaded") == "yesterday", "a page that cannot be had is not asked for"
        assert number(page) == "A-80"
        page.context.set_offline(False)
        with page.expect_event("load"):
            page.clock.fast_forward("00:04")
        assert page.evaluate("window.loaded") is None
        until(page, "known !== null")
        assert number(page) == "A-80"
        page.evaluate("window.loaded = 'tonight'")
        page.clock.fast_forward("30:00")
        page.wait_for_timeout(500)
        assert page.evaluate("window.loaded") == "tonight", "once a night"
        hospital.waits(81)
        hospital.calls(81)
        until(page, "document.querySelector('#number').textContent === 'A-81'")
        assert page.locator("#lost").is_hidden()


def test_the_board_comes_back_after_its_server_was_away(
    chromium: Browser, hospital: Hospital, mongodb_uri: str, tmp_path: Path
) -> None:
    hospital.waits(90)
    with screen(chromium) as page:
        with running(tmp_path, mongodb_uri, DATABASE) as server:
            page.goto(f"http://127.0.0.1:{server.port}/board/ruang-int")
            until(page, "known !== null")
        page.locator("#lost").wait_for(state="visible")
        hospital.calls(90, "Ruang 1")
        with running(tmp_path, mongodb_uri, DATABASE, port=server.port):
            until(page, "document.querySelector('#number').textContent === 'A-90'")
            assert page.locator("#lost").is_hidden()
            until(page, "window.said.length === 2")


def stream(url: str, last: str = "") -> Any:
    headers = {"Last-Event-ID": last} if last else {}
    return httpx.stream("GET", url, headers=headers, timeout=20, trust_env=False)


def views(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    """Ids and data."""
    id = ""
    for line in answer.iter_lines():
        if line.startswith("id: "):
            id = line[4:]
        elif line.startswith("data: {"):
            yield id, line[6:]


def test_who_comes_back_at_another_process_gets_what_they_missed(hospital: Hospital) -> None:
    first, second = (hospital.url("/bookings/live/ruang-int", one) for one in (0, 1))
    hospital.waits(71)
    hospital.waits(72)
    with stream(first) as one, stream(second) as other:
        at_one, at_other = views(one), views(other)
        hospital.calls(71)
        seen = next(id for id, data in at_one if '"A-71"' in data)
        assert next(id for id, data in at_other if '"A-71"' in data) == seen, "ids are the same everywhere"
    hospital.calls(72)
    with stream(second, seen) as back:
        id, data = next(views(back))
        assert '"A-72"' in data
        assert int(id) > int(seen)
    with stream(second, id) as again, stream(first, id) as there:
        hospital.waits(73)
        hospital.calls(73)
        for answer in (again, there):
            assert all(int(new) > int(id) for new, _ in [next(views(answer))])


def test_streams_do_not_hold_up_the_end(
    mongodb_uri: str, hospital: Hospital, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(tmp_path_factory.mktemp("ending"), mongodb_uri, DATABASE) as server:
        with stream(f"http://127.0.0.1:{server.port}/bookings/live/ruang-int") as answer:
            found = views(answer)
            next(found)
            began = time.monotonic()
            os.killpg(server.process.pid, signal.SIGINT)
            assert list(found) == []
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 5


def test_an_unknown_board_is_not_there(hospital: Hospital) -> None:
    answer = httpx.get(hospital.url("/board/tidak-ada"), trust_env=False)
    assert answer.status_code == 404
    assert "Titik layanan tidak-ada tidak ada." in answer.text
    for name, kind in (("board.js", "text/javascript"), ("board.css", "text/css")):
        assert httpx.get(hospital.url(f"/board/{name}"), trust_env=False).headers["content-type"].startswith(kind)
