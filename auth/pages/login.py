"""The page where a person signs in with name and password."""

from __future__ import annotations

from math import ceil

from starlette.responses import Response

from auth.authorize import RequestGone, pending
from auth.pages.forms import Form
from auth.pages.next import after, query, request_id
from auth.pages.visit import Visit
from auth.prompting import is_recent
from auth.sessions import Session
from auth.signing_in import TooManyAttempts, WrongCredentials, sign_in
from resources.issues import Text

WRONG = Text("The name or the password is not right.", "Nama pengguna atau kata sandi tidak cocok.")
NOTICES = {
    "account": Text("Your account is ready. Please sign in.", "Akun Anda sudah siap. Silakan masuk."),
    "password": Text("Your password is changed. Please sign in.", "Kata sandi sudah diganti. Silakan masuk."),
    "out": Text("You are signed out.", "Anda sudah keluar."),
}


async def show(visit: Visit) -> Response:
    """The form; whoever has signed in goes on, unless the app wants it done anew."""
    if visit.session is not None and visit.user is not None and await _is_recent(visit, visit.session):
        return visit.redirect(after(visit, visit.user, visit.session.complete))
    notice = NOTICES.get(visit.query("done"))
    return visit.page("login.html", next=query(visit), notice=notice, problem=None, username="")


async def submit(visit: Visit, form: Form) -> Response:
    """A session under a new cookie, or the form again."""
    username = form.one("username")
    try:
        signed_in = await visit.hashing(sign_in, visit.issuer, username, form.one("password"), visit.address)
    except WrongCredentials:
        await visit.tell("login-failed", name=username)
        return _again(visit, form, 403, WRONG)
    except TooManyAttempts as problem:
        await visit.tell("login-failed", name=username)
        response = _again(visit, form, 429, too_many(problem))
        response.headers["Retry-After"] = str(ceil(problem.wait.total_seconds()))
        return response
    if signed_in.complete:
        await visit.tell("login", user=signed_in.user)
    return visit.redirect(after(visit, signed_in.user, signed_in.complete, form), secret=signed_in.secret)


async def _is_recent(visit: Visit, session: Session) -> bool:
    try:
        return is_recent(session, await visit.run(pending, visit.issuer, request_id(visit)))
    except RequestGone:
        return True


def too_many(problem: TooManyAttempts) -> Text:
    """How long to wait, in words."""
    seconds = ceil(problem.wait.total_seconds())
    minutes = ceil(seconds / 60)
    if seconds < 60:
        return Text(
            f"Too many attempts. Try again in {seconds} seconds.",
            f"Terlalu banyak percobaan. Coba lagi {seconds} detik lagi.",
        )
    return Text(
        f"Too many attempts. Try again in {minutes} minutes.",
        f"Terlalu banyak percobaan. Coba lagi {minutes} menit lagi.",
    )


def _again(visit: Visit, form: Form, status: int, problem: Text) -> Response:
    return visit.page(
        "login.html",
        status,
        next=query(visit, form),
        notice=None,
        problem=problem,
        username=form.one("username")[:100],
    )
