"""The page where a patient makes an account: with a printed code, or with the NIK and a code that is sent."""

from __future__ import annotations

import logging
import re
from datetime import date

from anyio import to_thread
from starlette.background import BackgroundTask
from starlette.responses import Response

from auth import binding
from auth.binding import Chosen, NameRefused
from auth.choosing_passwords import CodeRefused, PasswordRefused
from auth.pages.forms import Form, PageRefused
from auth.pages.login import too_many
from auth.pages.reset import WRONG
from auth.pages.visit import Visit
from auth.people import RecordUnavailable
from auth.senders import CannotSend
from auth.signing_in import TooManyAttempts
from auth.storage.database import DatabaseFailed
from resources.issues import Text

NOT_UNDERSTOOD = Text("This form could not be understood.", "Formulir ini tidak dikenal.")
INCOMPLETE = Text(
    "Give the 16 digits of the NIK, and the day, month and year of birth.",
    "Isi 16 angka NIK, serta tanggal, bulan, dan tahun lahir.",
)
NIK = re.compile(r"[0-9]{16}")
SECRET = re.compile(r"[A-Za-z0-9_-]{20,100}")


async def show(visit: Visit) -> Response:
    return _start(visit)


async def submit(visit: Visit, form: Form) -> Response:
    """`step`: printed (a code of the desk), ask (send a code), sent (that code), account (name and password)."""
    try:
        match form.one("step"):
            case "printed":
                return await _account(visit, form.one("code")[:100])
            case "ask":
                return await _ask(visit, form)
            case "sent":
                return await _sent(visit, form)
            case "account":
                return await _make(visit, form)
    except CodeRefused:
        return _start(visit, 403, WRONG)
    except TooManyAttempts as problem:
        return _start(visit, 429, too_many(problem))
    raise PageRefused(400, NOT_UNDERSTOOD)


async def _ask(visit: Visit, form: Form) -> Response:
    """The same page at the same speed for everyone: the record is looked up and the code sent afterwards."""
    nik, born = re.sub(r"[ .-]", "", form.one("nik")), _date(form)
    if not NIK.fullmatch(nik) or born is None:
        return _start(visit, 400, INCOMPLETE)
    secret = await visit.run(binding.ask, visit.issuer, nik, visit.address)
    response = visit.page("bind_sent.html", secret=secret, problem=None)
    response.background = BackgroundTask(_send, visit, secret, nik, born)
    return response


async def _send(visit: Visit, secret: str, nik: str, born: date) -> None:
    """Nobody waits for it any more: what goes wrong is for the log, and the person asks again."""
    try:
        contact = await visit.pages.people.contact(nik, born)
        message = await visit.run(
            binding.prepare, visit.issuer, secret, contact, hospital=visit.pages.hospital, language=visit.language
        )
        if message is not None:
            await to_thread.run_sync(visit.pages.send, message, limiter=visit.pages.threads)
    except (CannotSend, DatabaseFailed, RecordUnavailable) as problem:
        logging.getLogger(__name__).error("A code for an account was not sent: %r", problem)


async def _sent(visit: Visit, form: Form) -> Response:
    secret = form.one("secret")
    if not SECRET.fullmatch(secret):
        raise PageRefused(400, NOT_UNDERSTOOD)
    try:
        code = await visit.run(binding.confirm_sent, visit.issuer, secret, form.one("code")[:20], visit.address)
    except CodeRefused:
        return visit.page("bind_sent.html", 403, secret=secret, problem=WRONG)
    return await _account(visit, code)


async def _account(
    visit: Visit, code: str, *, username: str = "", status: int = 200, problem: Text | None = None
) -> Response:
    account = await visit.run(binding.existing, visit.issuer, code, visit.address)
    return visit.page("bind_account.html", status, code=code, account=account, username=username, problem=problem)


async def _make(visit: Visit, form: Form) -> Response:
    chosen = Chosen(form.one("code")[:100], form.one("username")[:100], form.one("new"), form.one("again"))
    try:
        await visit.hashing(binding.make_account, visit.issuer, chosen, visit.address)
    except (NameRefused, PasswordRefused) as refused:
        return await _account(visit, chosen.code, username=chosen.username, status=400, problem=refused.text)
    return visit.redirect("/auth/login?done=account")


def _start(visit: Visit, status: int = 200, problem: Text | None = None) -> Response:
    return visit.page("bind.html", status, problem=problem)


def _date(form: Form) -> date | None:
    try:
        return date(int(form.one("year")), int(form.one("month")), int(form.one("day")))
    except ValueError:
        return None
