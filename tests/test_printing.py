"""The settings say who signs, and what is to be signed is drawn as that signer needs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from auth.caller import SYSTEM
from exports.drawing import pressing
from exports.signing.bsre import BsreSigner
from exports.signing.local import LocalSigner
from exports.signing.port import Signer
from fhir_server.record import Record
from main import open_store, site
from printing import office, signing
from settings import Settings
from tests.fhir_server.conftest import settings

URL, USER, PASSWORD = "http://esign.contoh.example", "rsud", SecretStr("sandi contoh")
KEYS = Path("kunci")
BSRE = {"bsre_url": f"{URL}/", "bsre_user": USER, "bsre_password": PASSWORD}


@pytest.mark.parametrize(
    ("values", "signer", "anchored"),
    [
        ({}, None, False),
        ({"signing_keys": KEYS}, LocalSigner(KEYS), False),
        (BSRE, BsreSigner(URL, USER, PASSWORD), True),
        ({**BSRE, "signing_keys": KEYS}, BsreSigner(URL, USER, PASSWORD), True),
    ],
    ids=["nobody", "keys", "bsre", "both"],
)
async def test_who_signs(
    values: dict[str, object], signer: Signer | None, anchored: bool, mongodb_uri: str, database_name: str
) -> None:
    place = Settings.model_validate({**settings(mongodb_uri, database_name).model_dump(), **values})
    async with open_store(place) as store, pressing(1) as press:
        found = signing(place, office(place, press, lambda: Record(store, SYSTEM, site(place))))
    assert (found.signer, found.issuing.anchored) == (signer, anchored)
