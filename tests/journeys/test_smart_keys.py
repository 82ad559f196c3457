"""`rsud keys` beside two server processes: the new key signs, and what the old one signed can still be checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from auth.users import User
from tests.auth.apps import App, app, person
from tests.journeys.live import live
from tests.journeys.smart import Smart
from tests.processes import ROOT, run


async def id_token(smart: Smart, made: App, user: User) -> str:
    return str((await smart.launched(made, user, scope="openid user/*.rs"))["id_token"])


async def key_set(smart: Smart) -> dict[str, Any]:
    return dict((await smart.client.get("/auth/jwks")).json())


def signed_by(text: str, published: dict[str, Any], user: User) -> str:
    """The kid of the key that signed an id_token, which is found good by the published keys."""
    token = jwt.decode(text, KeySet.import_key_set(published), algorithms=["RS256"])  # type: ignore[arg-type]
    assert token.claims["sub"] == user.username
    return str(token.header["kid"])


async def test_a_running_server_signs_with_the_new_key(tmp_path: Path, mongodb_uri: str, database_name: str) -> None:
    def keys(*arguments: str) -> list[dict[str, Any]]:
        place = {"RSUD_MONGODB_URI": mongodb_uri, "RSUD_MONGODB_DATABASE": database_name, "PYTHONPATH": str(ROOT)}
        status, output, errors = run(tmp_path, "keys", *arguments, **place)
        assert (status, errors) == (0, "")
        return [json.loads(line) for line in output.splitlines()]

    async with live(tmp_path, mongodb_uri, database_name, "--workers", "2") as smart:
        made, user = app(smart.issuer), person(smart.issuer)
        before = await id_token(smart, made, user)
        (first,) = keys("list")
        assert first["signs"]
        waiting = keys("rotate")
        assert [(row["kid"] == first["kid"], row["signs"]) for row in waiting] == [(False, False), (True, True)]
        assert signed_by(await id_token(smart, made, user), await key_set(smart), user) == first["kid"]
        new = keys("rotate", "--now")[0]
        assert new["signs"]
        published = await key_set(smart)
        assert [row["kid"] for row in published["keys"]] == [new["kid"], *(row["kid"] for row in waiting)]
        assert {signed_by(await id_token(smart, made, user), published, user) for _ in range(6)} == {new["kid"]}
        assert signed_by(before, published, user) == first["kid"]
