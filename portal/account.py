"""The account: its name, password, second factor and apps; and what anybody may set on this device."""

from __future__ import annotations

from starlette.responses import Response

from auth.pages.forms import Form, PageRefused
from auth.pages.visit import A_YEAR
from portal.paging import Page
from portal.visit import TEXT_COOKIE, Visit
from resources.issues import Text

NO_SUCH_SIZE = Text("Choose one of the sizes.", "Pilih salah satu ukuran.")


async def show(visit: Visit) -> Response:
    assert visit.user is not None
    return visit.page("account/account.html", has_second_factor=visit.user.totp_secret is not None)


async def settings(visit: Visit) -> Response:
    return visit.page("account/settings.html", done=visit.query("done") == "1")


async def set_size(visit: Visit, form: Form) -> Response:
    """`text`: large or normal."""
    size = form.one("text")
    if size not in ("large", "normal"):
        raise PageRefused(400, NO_SUCH_SIZE)
    response = visit.redirect("/portal/settings?done=1")
    visit.cookie(response, TEXT_COOKIE, size, seconds=A_YEAR)
    return response


PAGES = (Page("account", "patient", show), Page("settings", "nobody", settings, set_size))
