"""The page where a person chooses a new password with a code from the hospital."""

from __future__ import annotations

from starlette.responses import Response

from auth.choosing_passwords import CodeRefused, PasswordRefused, with_code
from auth.pages.forms import Form
from auth.pages.login import too_many
from auth.pages.visit import Visit
from auth.signing_in import TooManyAttempts
from resources.issues import Text

WRONG = Text(
    "This code is not right, was used before, or is too old. Ask for a new one.",
    "Kode ini tidak cocok, sudah dipakai, atau sudah kedaluwarsa. Minta kode yang baru.",
)


async def show(visit: Visit) -> Response:
    return visit.page("reset.html", problem=None, code="")


async def submit(visit: Visit, form: Form) -> Response:
    code = form.one("code")[:100]
    try:
        chosen = {"password": form.one("new"), "again": form.one("again")}
        await visit.hashing(with_code, visit.issuer, code, **chosen, address=visit.address)
    except PasswordRefused as problem:
        return visit.page("reset.html", 400, problem=problem.text, code=code)
    except CodeRefused:
        return visit.page("reset.html", 403, problem=WRONG, code="")
    except TooManyAttempts as problem:
        return visit.page("reset.html", 429, problem=too_many(problem), code="")
    return visit.redirect("/auth/login?done=password")
