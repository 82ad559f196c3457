"""The questions: searches that the server understands, about another patient each time."""

from urllib.parse import parse_qsl

import pytest

from bench.questions import QUESTIONS, Question
from fhir_server.search.query import parse

PATIENTS = 10_000
ALWAYS_THE_SAME = {one.name for one in QUESTIONS if "page" in one.name}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.name))
def test_a_search(question: Question) -> None:
    type, _, query = question.ask(5, PATIENTS).partition("?")
    assert parse(type, tuple(parse_qsl(query))).criteria or "_sort" in query


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.name))
def test_the_same_each_time_and_another_each_turn(question: Question) -> None:
    asked = [question.ask(turn, PATIENTS) for turn in range(100)]
    assert asked == [question.ask(turn, PATIENTS) for turn in range(100)]
    assert len(set(asked)) == 1 if question.name in ALWAYS_THE_SAME else len(set(asked)) > 30


def test_names_are_names_of_one() -> None:
    assert len({question.name for question in QUESTIONS}) == len(QUESTIONS)
