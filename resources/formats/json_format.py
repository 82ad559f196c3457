"""Resources as JSON text, read strictly and without loss. https://hl7.org/fhir/R4/json.html"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import msgspec

from resources.formats.malformed import (
    DEPTH_LIMIT,
    MOST_VALUES,
    UNUSABLE,
    MalformedJson,
    not_utf8,
    shorten,
    too_deep,
    too_many_values,
    unusable_character,
)
from resources.formats.numbers import Unrepresentable, decimal, integer, plain
from resources.issues import Text

_SUSPECT = re.compile(r"\\(?:[bf]|u(?:00[01]|[dD][89a-fA-F]|[fF]{3}[eEfF]))|[\ufffe\uffff]")
_EXPONENT, _NAN = re.compile(b"E-"), re.compile(b"NaN")
"""Patterns: for so short a text they take half of the time of `in`."""

_ALL_BUT_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
_ONE_BRACKET = bytes.maketrans(b"{}", b"[]")


def read(body: bytes) -> Any:
    """The value of a JSON text: decimals as Decimal with their digits, other values as Python's own.

    A byte order mark is skipped, as RFC 8259 allows. Raises MalformedJson, and nothing else, for every other oddity:
    encodings other than UTF-8, NaN, a key twice, lone surrogates, control characters, depth, more than MOST_VALUES,
    numbers out of range.
    """
    _check_size(body)
    _check_depth(body)
    compact = _read_compact(body)
    if compact is not None:
        return compact
    try:
        text = body.decode("utf-8-sig")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise MalformedJson(not_utf8(error.start)) from None
    except json.JSONDecodeError as error:
        raise MalformedJson(_syntax(error)) from None
    except Unrepresentable as error:
        raise MalformedJson(error.text) from None
    except RecursionError:
        raise MalformedJson(too_deep()) from None
    if _SUSPECT.search(text):
        _check_characters(value)
    return value


def write(value: Any, *, pretty: bool = False) -> bytes:
    """The JSON text of a value in UTF-8; Decimals as numbers that keep their digits. Raises ValueError for NaN."""
    body = _ENCODER.encode(value)
    if _EXPONENT.search(body) or _NAN.search(body) or b"Infinity" in body:
        body = _ENCODER.encode(_plain(value))
    return msgspec.json.format(body, indent=2) if pretty else body


def _read_compact(body: bytes) -> Any:
    """The value where writing it gives the same bytes again, as with most programs: then nothing can be odd with it,
    no key was lost. None where a closer look is needed. Three times as fast as that look."""
    if b"\\" in body or b"\xef\xbf" in body or _LONG_NUMBER in body.translate(_DIGITS):
        return None
    try:
        value = _COMPACT_DECODER.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return value if _ENCODER.encode(value) == body else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise MalformedJson(_key_twice(pairs))
    return content


def _key_twice(pairs: list[tuple[str, Any]]) -> Text:
    seen: set[str] = set()
    key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    shown = shorten(key)
    return Text(
        f'The key "{shown}" appears more than once in one object',
        f'Kunci "{shown}" muncul lebih dari sekali dalam satu objek',
    )


def _refuse_constant(name: str) -> Any:
    raise MalformedJson(Text(f"{name} is not a JSON number", f"{name} bukan bilangan JSON"))


def _syntax(error: json.JSONDecodeError) -> Text:
    where = (error.lineno, error.colno)
    if error.msg == "Extra data":
        return Text(
            "Something follows the end of the JSON value at line {}, column {}".format(*where),
            "Ada isi setelah akhir nilai JSON pada baris {}, kolom {}".format(*where),
        )
    return Text(
        "The body is not valid JSON: {} at line {}, column {}".format(error.msg, *where),
        "Isi bukan JSON yang sah: kesalahan pada baris {}, kolom {}".format(*where),
    )


def _check_size(body: bytes) -> None:
    """Each value but the first stands behind one of these. Those in texts count too: they are rarer there."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise MalformedJson(too_many_values())


def _check_depth(body: bytes) -> None:
    """Counts levels in the text: cheaper than a walk through the values, and before anything is built.

    Strings out, brackets alone, innermost pairs off round by round: what valid JSON has left after that is too deep.
    """
    if body.count(b"{") + body.count(b"[") <= DEPTH_LIMIT:
        return
    outside_strings = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
    brackets = b"".join(outside_strings).translate(_ONE_BRACKET, _ALL_BUT_BRACKETS)
    if b"[" * (DEPTH_LIMIT + 1) in brackets:
        raise MalformedJson(too_deep())
    for _ in range(DEPTH_LIMIT):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            return
        brackets = shorter
    if b"[]" in brackets:
        raise MalformedJson(too_deep())


def _check_characters(value: Any) -> None:
    if isinstance(value, str):
        found = UNUSABLE.search(value)
        if found:
            raise MalformedJson(unusable_character(found.group()))
    elif isinstance(value, dict):
        for key, child in value.items():
            _check_characters(key)
            _check_characters(child)
    elif isinstance(value, list):
        for child in value:
            _check_characters(child)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return msgspec.Raw(plain(value).encode()) if isinstance(value, Decimal) else value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=decimal, parse_int=integer, parse_constant=_refuse_constant
)
_COMPACT_DECODER = msgspec.json.Decoder(float_hook=decimal)
_DIGITS = bytes(ord("9") if chr(code) in "0123456789" else 0 for code in range(256))
_LONG_NUMBER = b"9" * 19
_ENCODER = msgspec.json.Encoder(decimal_format="number")
