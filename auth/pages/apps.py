"""The page of the apps that a person has let in: what each may do, and a button that ends it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from auth.issuer import Issuer
from auth.models import Grant
from auth.pages import wording
from auth.pages.forms import Form, PageRefused
from auth.pages.visit import Visit
from auth.pages.wording import Choice
from auth.revocation import revoke_grant
from auth.storage import clients, tokens
from auth.users import User
from resources.issues import Text

NOT_YOURS = Text("You have not let this app in.", "Anda tidak pernah mengizinkan aplikasi ini.")


@dataclass(frozen=True, slots=True)
class App:
    """What a person allowed an app, however often it was opened. `grant`, `since`: the newest time."""

    grant: str
    name: str
    since: datetime
    choices: tuple[Choice, ...]


async def show(visit: Visit) -> Response:
    assert visit.user is not None
    apps = await visit.run(_apps_of, visit.issuer, visit.user)
    return visit.page("apps.html", apps=apps, removed=visit.query("done") == "removed")


async def submit(visit: Visit, form: Form) -> Response:
    """End one of them, with all its tokens."""
    assert visit.user is not None
    removed = await visit.run(_remove, visit.issuer, visit.user, form.one("grant"))
    if removed is None:
        raise PageRefused(404, NOT_YOURS)
    await visit.tell("consent-decision", client=removed, note="withdrawn")
    return visit.redirect("/auth/apps?done=removed")


def _apps_of(issuer: Issuer, user: User) -> list[App]:
    grants: dict[str, list[Grant]] = {}
    for grant in tokens.grants_of(issuer.database, user.username):
        grants.setdefault(grant.client_id, []).append(grant)
    return [_app(issuer, client_id, given) for client_id, given in grants.items()]


def _app(issuer: Issuer, client_id: str, given: list[Grant]) -> App:
    client = clients.find(issuer.database, client_id)
    name = client.name if client else client_id
    scope = " ".join(grant.scope for grant in given)
    return App(given[0].id, name, given[0].since, tuple(wording.choices(scope)))


def _remove(issuer: Issuer, user: User, grant_id: str) -> str | None:
    """The app, all of whose grants end; None where it was not the person's to remove."""
    own = tokens.grants_of(issuer.database, user.username)
    app = next((grant.client_id for grant in own if grant.id == grant_id), None)
    for grant in own:
        if grant.client_id == app:
            revoke_grant(issuer, grant.id)
    return app
