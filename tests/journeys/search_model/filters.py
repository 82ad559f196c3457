"""`_filter`: read from left to right, neither `and` nor `or` before the other. https://hl7.org/fhir/R4/search_filter.html

Our choices: `ne` asks for a value that is other; of references and URIs, that there is one and none is equal. `po` is
neither wholly before nor wholly after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+')
Compare = Callable[[str, str, str], bool]
"""(path, operator, value) -> whether it holds for the resource in question."""


def holds(text: str, compare: Compare) -> bool:
    words = WORDS.findall(text)
    found = _joined(words, compare)
    assert not words, text
    return found


def _joined(words: list[str], compare: Compare) -> bool:
    found = _operand(words, compare)
    while words and words[0] in ("and", "or"):
        operator, other = words.pop(0), _operand(words, compare)
        found = (found and other) if operator == "and" else (found or other)
    return found


def _operand(words: list[str], compare: Compare) -> bool:
    first = words.pop(0)
    if first == "not":
        return not _operand(words, compare)
    if first == "(":
        found = _joined(words, compare)
        assert words.pop(0) == ")"
        return found
    operator, value = words.pop(0), words.pop(0)
    return compare(first, operator, str(json.loads(value)) if value.startswith('"') else value)
