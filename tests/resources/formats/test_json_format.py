"""JSON is read strictly, quickly and without loss, whatever the bytes."""

from __future__ import annotations

import json
import string
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.definitions.structure import resource_types
from resources.formats import json_format
from resources.formats.json_format import read, write
from resources.formats.malformed import MOST_VALUES, MalformedJson

MANY = 10_000_000
LIMIT = 2.0
"""Seconds of CPU: the slowest takes 0.05 alone, test machines are slower and busy."""

BAD = {
    "empty": b"",
    "only spaces": b" " * MANY,
    "NaN": b'{"a": NaN}',
    "Infinity": b"[-Infinity]",
    "trailing garbage": b'{"a": 1} x',
    "trailing comma": b"[1,]",
    "comment": b'{"a": 1 /* one */}',
    "single quotes": b"{'a': 1}",
    "leading zero": b"[01]",
    "leading plus": b"[+1]",
    "no digits after the point": b"[1.]",
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice, once escaped": b'{"a": 1, "\\u0061": 2}',
    "a key twice, deep": b'{"a": [{"b": {"c": 1, "d": 2, "c": 1}}]}',
    "lone high surrogate": b'"\\ud800"',
    "lone low surrogate": b'"\\udc00"',
    "surrogates the wrong way round": b'"\\udc00\\ud800"',
    "low surrogate after an escaped backslash": b'"\\\\ud800\\udc00"',
    "surrogate in a key": b'{"\\ud800": 1}',
    "NUL": b'"a\\u0000"',
    "NUL in a key": b'{"a\\u0000": 1}',
    "raw NUL": b'"a\x00"',
    "backspace": b'"a\\b"',
    "form feed": b'"a\\f"',
    "unit separator": b'"\\u001F"',
    "raw newline": b'"a\nb"',
    "not a character": b'"\\uffff"',
    "raw not a character": b'"\xef\xbf\xbe"',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-32": '{"a": 1}'.encode("utf-32-le"),
    "Latin-1": b'"\xe9"',
    "CESU": b'"\xed\xa0\x80"',
    "overlong": b'"\xc0\xaf"',
    "1e999": b"1e999",
    "1e-999": b"1e-999",
    "exponent without end": b"1e" + b"9" * MANY,
    "exponent beyond Decimal": b"[1e99999999999999999999]",
    "5000 digits": b"1" * 5000,
    "endless integer": b"1" * MANY,
    "35 digits": b"1." + b"0" * 34,
    "endless fraction": b"0." + b"1" * MANY,
    "open lists": b"[" * 100_000,
    "many open lists": b"[" * MANY,
    "many open objects": b'{"a":' * (MANY // 50),
    "200 levels": b"[" * 200 + b"]" * 200,
    "65 levels": b"[" * 65 + b"]" * 65,
    "65 levels of objects": b'{"a":' * 65 + b"1" + b"}" * 65,
    "66 levels behind strings": b'["]",' * 66 + b"1" + b"]" * 66,
    "65 levels with empty lists between": b"[[]," * 65 + b"1" + b"]" * 65,
    "66 levels behind escaped backslashes": b'["\\\\",' * 66 + b"1" + b"]" * 66,
    "unterminated": b'"' + b"a" * MANY,
    "many quotes": b'"' * MANY,
    "many backslashes": b'"' + b"\\" * MANY,
    "many commas": b"[" + b"," * MANY,
    "keys of keys": b'{"a' * (MANY // 3),
    "more values than anyone sends": b"[" + b"1," * MOST_VALUES + b"1]",
    "more objects": b"[" + b"{}," * MOST_VALUES + b"1]",
    "so many numbers and a strange one": b"[" + b"1.5," * (MOST_VALUES - 2) + b"1e999]",
    "so many keys and one twice": b'{%s,"7":1}' % b",".join(b'"%d":1' % key for key in range(MOST_VALUES - 2)),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_bad_input_is_refused_quickly(body: bytes) -> None:
    started = time.process_time()
    with pytest.raises(MalformedJson) as caught:
        read(body)
    assert time.process_time() - started < LIMIT
    assert caught.value.issue.code == "structure"
    assert all(0 < len(text) < 300 for text in caught.value.issue.text)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b'{"name": 1, "name": 2}', '"name"'),
        (b'{"a": 1}\n  x', "line 2, column 3"),
        (b'{"a"\n: }', "line 2, column 3"),
        (b'"\\u0001"', "U+0001"),
        (b'"\xff"', "UTF-8"),
        (b"[1e400]", "1e400"),
        (b"[" * 70 + b"]" * 70, "64"),
    ],
)
def test_the_message_says_what_and_where(body: bytes, part: str) -> None:
    with pytest.raises(MalformedJson) as caught:
        read(body)
    assert part in caught.value.issue.text.en
    assert "baris" in caught.value.issue.text.id or part in caught.value.issue.text.id


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        (b' \r\n\t{"a": {}}\n', {"a": {}}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\u0000 \\\\ud800"', "\\u0000 \\ud800"),
        (b'"\\t\\r\\n\\u0009"', "\t\r\n\t"),
        (b'"\x7f"', "\x7f"),
        (b"9223372036854775807", 9223372036854775807),
        (b"9223372036854775808", Decimal("9223372036854775808")),
        (b"-9223372036854775809", Decimal("-9223372036854775809")),
        (b"[" * 64 + b"]" * 64, eval("[" * 64 + "]" * 64)),
        (b'["[[[[", "\\"[", "\\\\"' + b", []" * 100 + b"]", ["[[[[", '"[', "\\"] + [[] for _ in range(100)]),
    ],
)
def test_unusual_but_good_input(body: bytes, value: Any) -> None:
    found = read(body)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("1.00", "1.00"),
        ("1E3", "1E+3"),
        ("1e+3", "1E+3"),
        ("0.0000001", "0.0000001"),
        ("1E-7", "0.0000001"),
        ("0.00000000", "0.00000000"),
        ("-0.0", "-0.0"),
        ("1.0E-245", "1.0E-245"),
        ("120.50", "120.50"),
        ("1." + "0" * 33, "1." + "0" * 33),
        ("0." + "0" * 39 + "1", "0." + "0" * 39 + "1"),
    ],
)
def test_decimals_keep_their_digits(written: str, again: str) -> None:
    value = read(f'{{"value":{written},"text":"E-1"}}'.encode())
    assert str(value["value"]) == str(Decimal(written))
    assert write(value) == f'{{"value":{again},"text":"E-1"}}'.encode()


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), Decimal("sNaN")])
def test_what_is_no_number_is_not_written(value: Decimal) -> None:
    with pytest.raises(ValueError, match="not a number"):
        write({"a": [value]})


def test_so_many_values_are_read() -> None:
    assert len(read(b"[" + b"1," * (MOST_VALUES - 1) + b"1]")) == MOST_VALUES


def test_words_that_look_like_special_numbers_are_text() -> None:
    assert write(["NaN", "Infinity", "E-7", Decimal("1E-7")]) == b'["NaN","Infinity","E-7",0.0000001]'


def test_pretty_is_the_same_value() -> None:
    value = {"a": [Decimal("1.00"), {}], "b": "é"}
    assert write(value, pretty=True) == '{\n  "a": [\n    1.00,\n    {}\n  ],\n  "b": "é"\n}'.encode()


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
DECIMALS = st.builds(
    lambda sign, digits, exponent: Decimal((sign, digits, exponent)),
    st.sampled_from([0, 1]),
    st.lists(st.integers(0, 9), min_size=1, max_size=34).map(tuple),
    st.integers(-250, 250),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | DECIMALS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def exact(value: Any) -> Any:
    """Decimals with their exponent, which == does not look at."""
    if isinstance(value, dict):
        return {key: exact(child) for key, child in value.items()}
    if isinstance(value, list):
        return [exact(child) for child in value]
    return (type(value), str(value))


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    def integral(inner: Any) -> Any:
        """A Decimal without point or exponent is an integer in JSON, and read as one where 64 bits hold it."""
        if isinstance(inner, dict):
            return {key: integral(child) for key, child in inner.items()}
        if isinstance(inner, list):
            return [integral(child) for child in inner]
        small = isinstance(inner, Decimal) and str(inner).lstrip("-").isdigit() and -(2**63) <= inner < 2**63
        return int(inner) if small else inner

    assert exact(read(write(value))) == exact(integral(value))
    assert exact(read(write(value, pretty=True))) == exact(integral(value))


JSON_PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "\\", "\\ud800", "\\u0000", '"a"', "1", "-", ".", "e9", "null", "NaN", "é", " "]
)
MAKERS: list[Callable[[str], bytes]] = [str.encode, lambda text: text.encode("utf-16")]


@settings(max_examples=300)
@given(
    st.binary()
    | st.builds(lambda maker, pieces: maker("".join(pieces)), st.sampled_from(MAKERS), st.lists(JSON_PIECES))
    | st.text(string.printable).map(str.encode)
)
def test_nothing_else_is_raised_for_any_bytes(body: bytes) -> None:
    try:
        value = read(body)
    except MalformedJson as error:
        message = error.issue.text.id
    else:
        message = "read" if read(write(value)) == value else ""
    assert message


def test_there_are_examples(examples_of: Callable[[str], list[bytes]]) -> None:
    assert sum(len(examples_of(type)) for type in resource_types()) >= 5_300


@pytest.mark.parametrize("type", resource_types())
def test_official_examples_round_trip(type: str, examples_of: Callable[[str], list[bytes]]) -> None:
    for body in examples_of(type):
        value = read(body)
        again = read(write(value))
        assert again == value
        assert len(body) > 200_000 or exact(again) == exact(json.loads(body, parse_float=Decimal))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a":1.00,"b":[true,null,"\xc3\xa9"]}', {"a": Decimal("1.00"), "b": [True, None, "é"]}),
        (b'{"a":1,"a":1}', None),
        (b'{"a":1e2}', None),
        (b'{"a": 1}', None),
        (b'{"a":18446744073709551615}', None),
        (b'{"a":"\\u00e9"}', None),
        (b'{"a":-0}', None),
        (b'{"a":NaN}', None),
        (b'"\xff"', None),
        (b"", None),
    ],
)
def test_the_short_cut_is_taken_only_where_nothing_is_odd(body: bytes, expected: object) -> None:
    assert json_format._read_compact(body) == expected
