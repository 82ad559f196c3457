"""A browser without a screen: it reads forms as a person sees them, fills them in and presses buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx

Fields = list[tuple[str, str]]


@dataclass
class PageForm:
    """`fields`: what is sent as the page stands, without buttons; `boxes`: every checkbox and radio button with its
    name; `buttons`: name and value of each."""

    action: str = ""
    fields: Fields = field(default_factory=list)
    boxes: Fields = field(default_factory=list)
    buttons: Fields = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        pair = (values.get("name", ""), values.get("value", ""))
        if tag == "form":
            assert values["method"] == "post"
            self.forms.append(PageForm(values["action"]))
        elif tag == "button":
            self.forms[-1].buttons.append(pair)
        elif tag == "input":
            box = values.get("type") in ("checkbox", "radio")
            if box:
                self.forms[-1].boxes.append(pair)
            if not box or "checked" in values:
                self.forms[-1].fields.append(pair)


def forms(page: httpx.Response) -> list[PageForm]:
    reader = _Forms()
    reader.feed(page.text)
    return reader.forms


async def go(browser: httpx.AsyncClient, page: httpx.Response, **headers: str) -> httpx.Response:
    """Follow a redirect, and those that come of it."""
    while page.is_redirect and page.headers["location"].startswith("/"):
        page = await browser.get(page.headers["location"], headers=headers)
    return page


async def press(
    browser: httpx.AsyncClient,
    page: httpx.Response,
    button: tuple[str, str] | None = None,
    *,
    untick: Sequence[str] = (),
    tick: Sequence[str] = (),
    headers: dict[str, str] | None = None,
    **typed: str,
) -> httpx.Response:
    """Send the form that has this button, else the first one by its first button, with what was typed.

    The answer; redirects are not followed."""
    form = next(one for one in forms(page) if button is None or button in one.buttons)
    names = {name for name, _ in form.fields}
    assert set(typed) <= names, (typed, names)
    assert set(tick) <= {value for _, value in form.boxes}
    assert set(untick) <= {value for _, value in form.fields}
    sent = [(name, typed.get(name, value)) for name, value in form.fields if value not in untick or name in typed]
    sent += [(name, value) for name, value in form.boxes if value in tick]
    sent += [button or form.buttons[0]]
    own = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    return await browser.post(form.action, content=urlencode(sent), headers=own)
