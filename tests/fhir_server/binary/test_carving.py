"""The content of a Binary taken out of its JSON while that arrives."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator

import pytest

from fhir_server.binary.carving import MOST_BESIDE, Carved, data_at, tells_binary
from fhir_server.errors import BadRequest, TooLarge

DATA = "QUJD/+" * 100
REST = {"resourceType": "Binary", "contentType": "application/pdf", "securityContext": {"reference": "Patient/a"}}
FIRST = json.dumps({"data": DATA, **REST})
LAST = json.dumps({**REST, "data": DATA})
AMONG = json.dumps({"meta": {"tag": [{"code": '"data":"'}]}, "data": DATA, **REST}, indent=1)
INSIDE = {"extension": [{"url": "u", "valueSampledData": {"data": "1 2 3"}}]}
DEEPER = json.dumps({"meta": INSIDE, **REST, "data": DATA})
ESCAPED = LAST.replace("/+", "\\/\\u002B")


async def pieces(text: str, step: int) -> AsyncIterator[bytes]:
    for place in range(0, len(text), step):
        yield text[place : place + step].encode()


async def carved(text: str, head: int, step: int) -> tuple[bytes, Carved]:
    place = data_at(text[:head].encode())
    assert place is not None
    found = Carved(text[:head].encode(), place, pieces(text[head:], step))
    return b"".join([piece async for piece in found.text()]), found


@pytest.mark.parametrize("text", [FIRST, LAST, AMONG, DEEPER, ESCAPED])
@pytest.mark.parametrize("step", [1, 5, 7, 10_000])
async def test_the_content_and_the_rest(text: str, step: int) -> None:
    head = text.index("QUJD") + 20
    data, found = await carved(text, head, step)
    assert data.decode() == DATA
    assert found.resource() == {name: value for name, value in json.loads(text).items() if name != "data"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 10,
        '["data", "x"]',
        '{"meta": {"data": "x"}}',
        '{"x": "data"}',
        '{"data": 7}',
        '{"x": "unfinished',
        '{"x": "\\"data\\": \\"',
        "\x00\xff",
    ],
)
def test_where_there_is_none(text: str) -> None:
    assert data_at(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (LAST, True),
        ('{ "resourceType" : "Binary"', True),
        ('{"contained": [{"resourceType": "Binary"}]}', False),
        ('{"resourceType": "Patient"}', False),
        ('{"a": "resourceType", "b": "Binary"}', False),
        ("<Binary/>", False),
    ],
)
def test_whether_it_tells_that_it_is_a_binary(text: str, is_told: bool) -> None:
    assert tells_binary(text.encode()) is is_told


@pytest.mark.parametrize("text", [LAST[:-1], LAST + "}", LAST[:-1] + ',"data":"AAAA"}', LAST[:-1] + ',"a":1,"a":2}'])
async def test_a_rest_that_is_no_json(text: str) -> None:
    _, found = await carved(text, len(LAST) - 100, 1000)
    with pytest.raises(BadRequest):
        found.resource()


async def test_a_content_without_end() -> None:
    _, found = await carved(LAST[:-2], len(LAST) - 100, 1000)
    with pytest.raises(BadRequest):
        found.resource()


async def test_an_escape_without_end() -> None:
    with pytest.raises(BadRequest):
        await carved(LAST[:-2] + "\\u00", len(LAST) - 100, 1000)


async def test_too_much_beside() -> None:
    with pytest.raises(TooLarge):
        await carved(LAST[:-1] + " " * MOST_BESIDE + "}", len(LAST) - 100, 1000)


@pytest.mark.parametrize("text", ['"' * 400_000, '{"' + '\\"' * 200_000, "{[" * 200_000, '{"data' * 70_000])
def test_no_text_takes_long(text: str) -> None:
    start = time.perf_counter()
    assert data_at(text.encode()) is None
    assert time.perf_counter() - start < 1
