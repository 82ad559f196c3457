"""Where a person goes after signing in: on to the app that asked, back to the page that wanted it, else to their own
first page."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from auth.pages.forms import Form
from auth.pages.visit import Visit
from auth.users import User

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{20,100}")
PAGE = re.compile(r"/portal(?:/[A-Za-z0-9_.-]{1,64}){0,6}")


def request_id(visit: Visit, form: Form | None = None) -> str:
    """The id of the authorization request that waits, "" where there is none."""
    return _kept(visit, form, "request", REQUEST_ID)


def query(visit: Visit, form: Form | None = None) -> str:
    """The same id, or the page to go back to, as a query to go on with, "" where there is neither."""
    kept = {"request": request_id(visit, form), "then": _kept(visit, form, "then", PAGE)}
    told = urlencode({name: value for name, value in kept.items() if value}, safe="/")
    return f"?{told}" if told else ""


def after(visit: Visit, user: User, complete: bool, form: Form | None = None) -> str:
    """The page that comes after signing in. `complete`: False where the second factor is to come."""
    if not complete:
        return f"/auth/totp{query(visit, form)}"
    if request_id(visit, form):
        return f"/auth/consent{query(visit, form)}"
    return _kept(visit, form, "then", PAGE) or first_page(user)


def first_page(user: User) -> str:
    """Of staff the apps they have let in, of others the patients' pages."""
    return "/auth/apps" if user.is_staff else "/portal"


def _kept(visit: Visit, form: Form | None, name: str, shape: re.Pattern[str]) -> str:
    value = visit.query(name) or (form.one(name) if form else "")
    return value if shape.fullmatch(value) else ""
