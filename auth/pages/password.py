"""The page where a person who has signed in changes the password."""

from __future__ import annotations

from starlette.responses import Response

from auth.choosing_passwords import PasswordRefused, change, check
from auth.pages.forms import Form
from auth.pages.login import too_many
from auth.pages.visit import Visit
from auth.signing_in import TooManyAttempts, WrongCredentials
from resources.issues import Text

WRONG = Text("The old password is not right.", "Kata sandi lama tidak cocok.")


async def show(visit: Visit) -> Response:
    return visit.page("password.html", problem=None, done=visit.query("done") == "changed")


async def submit(visit: Visit, form: Form) -> Response:
    """Every session ends but this one, which goes on under a new cookie."""
    assert visit.user is not None
    new = form.one("new")
    try:
        check(visit.user.username, new, form.one("again"))
        secret = await visit.hashing(
            change,
            visit.issuer,
            visit.user,
            old=form.one("old"),
            new=new,
            address=visit.address,
            end_apps=form.one("apps") == "end",
        )
    except PasswordRefused as problem:
        return visit.page("password.html", 400, problem=problem.text, done=False)
    except WrongCredentials:
        return visit.page("password.html", 403, problem=WRONG, done=False)
    except TooManyAttempts as problem:
        return visit.page("password.html", 429, problem=too_many(problem), done=False)
    return visit.redirect("/auth/password?done=changed", secret=secret)
