"""The page where a person signs out: opening it changes nothing, its button does."""

from __future__ import annotations

from starlette.responses import Response

from auth.pages.forms import Form
from auth.pages.visit import Visit
from auth.signing_in import sign_out


async def show(visit: Visit) -> Response:
    return visit.page("logout.html")


async def submit(visit: Visit, _: Form) -> Response:
    """Every session of the person ends, the cookie is worth nothing, and the browser deletes what it kept of us.

    https://www.w3.org/TR/clear-site-data/
    """
    assert visit.session is not None
    await visit.run(sign_out, visit.issuer, visit.session)
    await visit.tell("logout")
    response = visit.redirect("/auth/login?done=out", secret=visit.issuer.secret())
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
