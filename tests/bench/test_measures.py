"""The requests of each measure: whole HTTP messages, to what is there or, for writes, never twice the same."""

from itertools import islice

import pytest

from bench.measures import MEASURES, Measure

WRITES = [measure for measure in MEASURES if measure.writes]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_the_length_is_told(measure: Measure) -> None:
    for request in islice(measure.requests(100, 5), 20):
        head, _, body = request.partition(b"\r\n\r\n")
        length = f"Content-Length: {len(body)}".encode()
        assert head.startswith((b"GET /fhir", b"POST /fhir"))
        assert (length in head) == bool(body)


@pytest.mark.parametrize("measure", WRITES, ids=lambda measure: measure.name)
def test_writes_never_repeat(measure: Measure) -> None:
    requests = [*islice(measure.requests(100, 1_000_000), 200), *islice(measure.requests(100, 2_000_000), 200)]
    assert len(set(requests)) == 400


def test_reads_reach_every_patient() -> None:
    read = MEASURES[0]
    assert len(set(islice(read.requests(100, 0), 100))) == 100


def test_a_token_goes_with_each_request() -> None:
    bare, carrying = (next(MEASURES[0].requests(100, 0, token)) for token in (None, "abc"))
    assert carrying.split(b"\r\n")[1] == b"Authorization: Bearer abc"
    assert carrying.replace(b"\r\nAuthorization: Bearer abc", b"") == bare
