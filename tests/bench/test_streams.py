"""The measure of live streams, small."""

from __future__ import annotations

import json

import pytest

from bench import streams


def test_a_few_streams_are_told_of_every_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert streams.main(["--streams", "20", "--calls", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["streams"] == 20
    assert 0 < found["first_ms"] <= found["all_ms"] <= found["all_worst_ms"]
    assert found["stop_seconds"] < 5, "open streams do not hold up the end"
