"""Base64 of what comes in pieces, cut anywhere."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_server.binary.base64_pieces import STEP, cut, decoded, encoded, encoded_size
from fhir_server.errors import Invalid


async def pieces(content: bytes, places: Sequence[int]) -> AsyncIterator[bytes]:
    ends = [*sorted(place % (len(content) + 1) for place in places), len(content)]
    for start, end in zip([0, *ends], ends, strict=False):
        yield content[start:end]


async def joined(found: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in found])


@given(st.binary(max_size=200), st.lists(st.integers(0, 400), max_size=8))
async def test_there_and_back(content: bytes, places: list[int]) -> None:
    text = base64.b64encode(content)
    assert await joined(encoded(pieces(content, places))) == text
    assert await joined(decoded(pieces(text, places))) == content
    assert await joined(decoded(pieces(base64.encodebytes(content), places))) == content
    assert encoded_size(len(content)) == len(text)


@pytest.mark.parametrize(
    "text", [b"A", b"AAA", b"A===", b"AA==AAAA", b"AAA=AAA=", b"AA-_", b"AA\x00A", b"AAAA====", b"=AAA"]
)
@pytest.mark.parametrize("places", [(), (4,), (1, 2, 3, 4, 5)])
async def test_what_is_no_base64(text: bytes, places: tuple[int, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        await joined(decoded(pieces(text, places)))
    assert refused.value.issues[0].expression == "Binary.data"


async def test_a_text_that_is_there() -> None:
    text = "A" * (STEP + 4)
    assert [len(piece) async for piece in cut(text)] == [STEP, 4]
    with pytest.raises(Invalid):
        await joined(decoded(cut("AA\u00e9A")))
