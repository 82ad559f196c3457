"""The processes that draw: one that dies or does not end takes only its own document with it."""

from __future__ import annotations

import os
import time

import pytest

from exports.drawing import Order, Refused, Wording, pressing
from exports.sheet import Letterhead
from fhir_server.errors import NotFound, TooCostly, Unavailable
from resources.issues import Text

ORDER = Order("resume-medis", "Encounter/x", (), "Asia/Makassar", "", Wording(Letterhead("RSUD")))


def _named(order: Order) -> bytes:
    return order.kind.encode()


def _dies(order: Order) -> bytes:
    os._exit(3)


def _never_ends(order: Order) -> bytes:
    time.sleep(60)
    return b""


def _nothing(order: Order) -> Refused:
    return Refused(NotFound, Text("Nothing there.", "Tidak ada."))


async def test_what_goes_wrong_in_one_document_leaves_the_next_alone() -> None:
    async with pressing(1, 2.0) as press:
        with pytest.raises(Unavailable):
            await press.run(_dies, ORDER)
        assert await press.run(_named, ORDER) == b"resume-medis"
        with pytest.raises(TooCostly):
            await press.run(_never_ends, ORDER)
        with pytest.raises(NotFound) as nothing:
            await press.run(_nothing, ORDER)
        assert nothing.value.issues[0].text.id == "Tidak ada."
        assert await press.run(_named, ORDER) == b"resume-medis"
