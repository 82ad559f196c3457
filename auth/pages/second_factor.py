"""The page of the authenticator app: it asks for a code, or sets the app up."""

from __future__ import annotations

from starlette.responses import Response

from auth import totp
from auth.pages.forms import Form
from auth.pages.login import too_many
from auth.pages.next import after, query
from auth.pages.visit import Visit
from auth.signing_in import TooManyAttempts, WrongCredentials, second_factor, setting_up
from resources.issues import Text

WRONG = Text(
    "This code is not right, or was used before. Wait for the next one.",
    "Kode ini tidak cocok atau sudah pernah dipakai. Tunggu kode berikutnya.",
)


async def show(visit: Visit) -> Response:
    return await _form(visit, 200, None)


async def submit(visit: Visit, form: Form) -> Response:
    """The session is complete, under a new cookie; or the form again."""
    assert visit.session is not None
    assert visit.user is not None
    try:
        secret = await visit.run(
            second_factor, visit.issuer, visit.session, visit.user, code=form.one("code")[:20], address=visit.address
        )
    except WrongCredentials:
        await visit.tell("login-failed")
        return await _form(visit, 403, WRONG, form)
    except TooManyAttempts as problem:
        await visit.tell("login-failed")
        return await _form(visit, 429, too_many(problem), form)
    await visit.tell("login")
    return visit.redirect(after(visit, visit.user, True, form), secret=secret)


async def _form(visit: Visit, status: int, problem: Text | None, form: Form | None = None) -> Response:
    assert visit.session is not None
    assert visit.user is not None
    next = query(visit, form)
    if visit.user.totp_secret is not None:
        return visit.page("totp.html", status, done=visit.session.complete, problem=problem, next=next)
    secret = await visit.run(setting_up, visit.issuer, visit.session)
    address = totp.address(secret, visit.user.username, visit.pages.hospital)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return visit.page("totp_setup.html", status, qr_code=totp.qr_code(address), key=groups, problem=problem, next=next)
