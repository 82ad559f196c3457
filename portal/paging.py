"""What a page is: its address, who may see it, and what shows it and takes its form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

from auth.pages.forms import Form
from portal.visit import Visit

Show = Callable[[Visit], Awaitable[Response]]
Submit = Callable[[Visit, Form], Awaitable[Response]]
Needs = Literal["nobody", "patient"]


@dataclass(frozen=True, slots=True)
class Page:
    """`path`: below /portal, with {names} of its parts; `needs`: who may see it: anybody, or who signed in and may look
    at a patient's record; `show`, `submit`: None where it is not for GET, not for POST."""

    path: str
    needs: Needs
    show: Show | None = None
    submit: Submit | None = None
