"""`rsud keys`: what each action prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from auth.commands.keys import flags
from auth.issuer import Issuer
from auth.storage.database import connected

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(mongodb_uri: str, database_name: str) -> Iterator[Ask]:
    """What `rsud keys` with these arguments answers, on a database of its own."""
    with connected(mongodb_uri, database_name) as database:

        def ask(*arguments: str) -> list[dict[str, Any]]:
            parser = argparse.ArgumentParser()
            flags(parser)
            options = parser.parse_args(arguments)
            return list(options.action(options, Issuer("https://ehr.test", "https://ehr.test/fhir", database)))

        yield ask


def test_the_next_key_waits_and_one_of_now_signs(ask: Ask) -> None:
    (first,) = ask("list")
    assert first["signs"]
    next_one, before = ask("rotate")
    assert (before, next_one["signs"]) == (first, False)
    assert next_one["signs_from"] > next_one["made"]
    at_once = ask("rotate", "--now")[0]
    assert at_once["signs"]
    assert at_once["signs_from"] == at_once["made"]
    assert [row["signs"] for row in ask("list")] == [True, False, False]


def test_no_private_half_is_told(ask: Ask) -> None:
    assert [set(row) for row in ask("rotate")] == [{"kid", "signs", "made", "signs_from"}]
