"""Where a person goes after signing in: on to the app that asked, else to the list of apps."""

from __future__ import annotations

import re

from auth.pages.forms import Form
from auth.pages.visit import Visit

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{20,100}")


def request_id(visit: Visit, form: Form | None = None) -> str:
    """The id of the authorization request that waits, "" where there is none."""
    id = visit.query("request") or (form.one("request") if form else "")
    return id if REQUEST_ID.fullmatch(id) else ""


def query(visit: Visit, form: Form | None = None) -> str:
    """The same id as a query to go on with, "" where there is none."""
    id = request_id(visit, form)
    return f"?request={id}" if id else ""


def after(visit: Visit, complete: bool, form: Form | None = None) -> str:
    """The page that comes after signing in. `complete`: False where the second factor is to come."""
    if not complete:
        return f"/auth/totp{query(visit, form)}"
    return f"/auth/consent{query(visit, form)}" if request_id(visit, form) else "/auth/apps"
