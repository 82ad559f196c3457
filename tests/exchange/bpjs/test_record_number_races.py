"""New record numbers through two server processes on one database: dense, and one for each person."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from auth.storage import bpjs
from tests.auth.accounts import PASSWORD, PASSWORD_HASH
from tests.exchange.bpjs.world import newcomer
from tests.journeys.live import live
from tests.journeys.smart import Smart

NAME = "bpjs.contoh"
PEOPLE, AT_ONCE = 40, 16
ROOT = "/bpjs/antrean"


async def test_two_processes_give_out_each_number_once(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    async with AsyncExitStack() as stack:
        both = [
            await stack.enter_async_context(live(_folder(tmp_path, name), mongodb_uri, database_name))
            for name in ("first", "second")
        ]
        assert bpjs.add_user(both[0].issuer.database, NAME, PASSWORD_HASH)
        signed_in = await both[0].client.get(f"{ROOT}/auth", headers={"x-username": NAME, "x-password": PASSWORD})
        token, turn = signed_in.json()["response"]["token"], asyncio.Semaphore(AT_ONCE)

        async def register(server: Smart, number: int) -> tuple[int, str]:
            headers = {"x-username": NAME, "x-token": token}
            async with turn:
                answer = await server.client.post(f"{ROOT}/pasienbaru", headers=headers, json=newcomer(number))
            told = answer.json()
            return told["metadata"]["code"], told.get("response", {}).get("norm", told["metadata"]["message"])

        found = await asyncio.gather(*(register(one, number) for number in range(PEOPLE) for one in both))
    given = sorted(norm for code, norm in found if code == 200)
    assert given == [f"{number:06d}" for number in range(1, PEOPLE + 1)]
    assert [told for told in found if told[0] != 200] == [(201, "Data Peserta Sudah Pernah Dientrikan")] * PEOPLE


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
