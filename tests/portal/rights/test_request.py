"""What a patient asks of the hospital: which requests may be sent, their clock, and how they lie in a Task."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.rights.request import (
    ENDED,
    KINDS,
    LONGEST,
    MOST_OPEN,
    Kind,
    Request,
    RequestRefused,
    asked,
    id_of,
    judge,
    read,
    write,
)
from resources.registry import validate

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
SAID = "Alergi saya seafood, bukan penisilin."


def one(kind: Kind = "correction", **more: Any) -> Request:
    return replace(asked("1", kind, SAID, NOW), **more)


@pytest.mark.parametrize(
    ("kind", "said", "waiting", "sent"),
    [
        ("correction", SAID, (), True),
        ("deletion", SAID, (), True),
        ("copy", "", (), True),
        ("copy", SAID, (), True),
        ("correction", "", (), False),
        ("deletion", "hapus", (), False),
        ("correction", "x" * LONGEST, (), True),
        ("correction", "x" * (LONGEST + 1), (), False),
        ("", SAID, (), False),
        ("ticket", SAID, (), False),
        ("copy", "", [one("copy")] * (MOST_OPEN - 1), True),
        ("copy", "", [one("copy")] * MOST_OPEN, False),
        ("copy", "", [one("correction")] * MOST_OPEN, True),
        ("copy", "", [one("copy", status="completed")] * MOST_OPEN, True),
    ],
)
def test_what_may_be_sent(kind: str, said: str, waiting: tuple[Request, ...], sent: bool) -> None:
    if sent:
        assert judge(kind, said, waiting) == kind
    else:
        with pytest.raises(RequestRefused) as refused:
            judge(kind, said, waiting)
        assert all(refused.value.text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("visit", ["", "kunjungan-1"])
def test_it_is_a_valid_task_and_reads_as_it_was_written(kind: Kind, visit: str) -> None:
    sent = one(kind, visit=visit)
    task = {**write(sent, "p", {"reference": "Patient/p"}), "id": "1"}
    assert [issue for issue in validate(task) if issue.severity != "warning"] == []
    assert read(task) == sent


def test_the_hospital_has_three_days() -> None:
    sent = one()
    assert sent.due - sent.at == timedelta(days=3)
    assert [sent.is_late(NOW + timedelta(days=3, seconds=more)) for more in (0, 1)] == [False, True]
    for status in ENDED:
        assert not replace(sent, status=status).is_late(NOW + timedelta(days=9))


def test_the_answer_is_what_staff_wrote_once_it_has_ended() -> None:
    task = {**write(one(), "p", {}), "id": "1", "meta": {"lastUpdated": "2026-11-25T02:00:00Z"}}
    told = {
        "note": [{"text": "Sudah kami perbaiki."}],
        "output": [{"type": {"text": "surat"}, "valueString": "Surat 12"}],
        "statusReason": {"text": "sesuai permintaan"},
    }
    ended = read({**task, **told, "status": "completed"})
    assert ended is not None
    assert ended.answer == ("Sudah kami perbaiki.", "Surat 12", "sesuai permintaan")
    assert ended.answered == datetime(2026, 11, 25, 2, tzinfo=UTC)
    waiting = read(task)
    assert waiting is not None
    assert waiting.answered is None


@pytest.mark.parametrize(
    "task",
    [
        {"status": "requested", "code": {"coding": [{"system": "x", "code": "copy"}]}, "authoredOn": NOW.isoformat()},
        {**write(one(), "p", {}), "id": "1", "status": "entered-in-error"},
        {**write(one(), "p", {}), "id": "1", "authoredOn": "2026-11-24"},
        {"status": "requested"},
    ],
)
def test_what_is_none(task: dict[str, Any]) -> None:
    assert read(task) is None


def test_the_same_form_is_the_same_request() -> None:
    assert id_of("p", "k") == id_of("p", "k")
    assert len({id_of("p", "k"), id_of("p", "l"), id_of("q", "k")}) == 3
