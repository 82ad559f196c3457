"""Plays the commands of the documents as they are printed: a terminal in the server's folder, and a person who does in
a browser what the text says."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp

from tests.auth.apps import query
from tests.auth.browser import press
from tests.processes import ROOT

SECONDS = 120


@dataclass
class Visitor:
    """A person with an account at the server on this port of 127.0.0.1."""

    port: int
    username: str
    password: str

    async def makes_account(self, code: str) -> None:
        """At /auth/bind, with the code that was printed."""
        async with self._browser() as browser:
            page = await press(browser, await browser.get("/auth/bind"), ("step", "printed"), code=code)
            new, again = self.password, self.password
            page = await press(browser, page, ("step", "account"), username=self.username, new=new, again=again)
            assert page.headers["location"] == "/auth/login?done=account", page.text

    async def allows(self, address: str) -> str:
        """Signs in at the address of an app and allows all that it asks for: the code that the app gets."""
        async with self._browser() as browser:
            page = await self._onward(browser, await browser.get(address))
            page = await press(browser, page, username=self.username, password=self.password)
            page = await self._onward(browser, page)
            if key := re.search(r'<p class="key"[^>]*>([A-Z2-7 ]+)<', page.text):
                code = pyotp.TOTP(key[1].replace(" ", "")).at(datetime.now(UTC))
                page = await self._onward(browser, await press(browser, page, code=code))
            page = await press(browser, page, ("action", "approve"))
            return query(page.headers["location"])["code"]

    @asynccontextmanager
    async def _browser(self) -> AsyncIterator[httpx.AsyncClient]:
        url = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as browser:
            yield browser

    async def _onward(self, browser: httpx.AsyncClient, page: httpx.Response) -> httpx.Response:
        while page.is_redirect:
            page = await browser.get(page.headers["location"])
        return page


@dataclass(frozen=True)
class Ran:
    """What commands wrote on standard output."""

    output: str

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The JSON objects, one a line, that have this field."""
        lines = [line for line in self.output.splitlines() if line.startswith("{")]
        return [row for row in map(json.loads, lines) if name in row]


@dataclass(frozen=True)
class Terminal:
    """`folder`: the server's, whose `.venv/bin` has the `rsud` and `python3` of this environment."""

    folder: Path
    port: int

    def __post_init__(self) -> None:
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name, arguments in (("rsud", "-m cli "), ("python3", "")):
            (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
            (programs / name).chmod(0o755)

    async def run(self, commands: Sequence[str], person: Visitor | None = None, **variables: str) -> Ran:
        """All of them in one shell, each of which must succeed. Where an app's address is printed, the person opens it
        and the code that comes back is typed."""
        script = f"set -euo pipefail\n{''.join(commands)}".replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        path = f"{self.folder}/.venv/bin:/usr/local/bin:/usr/bin:/bin"
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-c", script),
            cwd=self.folder,
            env={"PYTHONPATH": str(ROOT), "PATH": path, "RSUD_PORT": str(self.port), **variables},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert shell.stderr is not None
        async with asyncio.timeout(SECONDS):
            output, errors = await asyncio.gather(_played(shell, person), shell.stderr.read())
            assert await shell.wait() == 0, (output, errors.decode())
        return Ran(output)


async def _played(shell: asyncio.subprocess.Process, person: Visitor | None) -> str:
    assert shell.stdout is not None
    assert shell.stdin is not None
    lines = []
    async for line in shell.stdout:
        lines.append(line.decode())
        if person is not None and re.fullmatch(r"http://\S+/auth/authorize\?\S+\n", lines[-1]):
            shell.stdin.write(f"{await person.allows(lines[-1].strip())}\n".encode())
            await shell.stdin.drain()
    return "".join(lines)
