"""Sending the forms of the portal as a person does, with what stands in them."""

from __future__ import annotations

import httpx

from tests.auth.browser import forms
from tests.journeys.smart import Browser


async def send(browser: Browser, page: httpx.Response, button: tuple[str, str], **typed: str) -> httpx.Response:
    """Presses the button (name, value) with what was typed or chosen, in place of what stood there. Redirects are not
    followed."""
    form = next(one for one in forms(page) if button in one.buttons)
    fields = [pair for pair in form.fields if pair[0] not in typed]
    return await browser.send(page, form, [*fields, *typed.items(), *([button] if button[0] else [])])


async def sent(browser: Browser, path: str, button: tuple[str, str], **typed: str) -> httpx.Response:
    """The page that follows, after the form of this page was sent."""
    answer = await send(browser, await browser.get(path), button, **typed)
    return await browser.follow(answer)
