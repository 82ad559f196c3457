"""Numbers keep their digits or are refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from resources.formats.numbers import Unrepresentable, decimal, integer, plain


@pytest.mark.parametrize(
    "text",
    [
        *("1.00", "-0.0", "1e3", "9." + "9" * 33, "1E-307", "0E-6176", "0." + "0" * 300 + "1"),
        *("-0.00" + "1" * 34, "1" * 34 + "e200", "-1E-5", "0e-300", "0." + "0" * 40),
    ],
)
def test_decimals_are_exact(text: str) -> None:
    assert decimal(text).as_tuple() == Decimal(text).as_tuple()


@pytest.mark.parametrize(
    "text",
    [
        *("1e309", "1e-400", "-1e309", "0E-6177", "0E6112", "9" * 35, "1." + "0" * 34, "0." + "0" * 9000 + "1"),
        *("-0.00" + "1" * 35, "1" * 35 + "e-5", "0." + "0" * 6200),
    ],
)
def test_decimals_without_a_place_are_refused(text: str) -> None:
    with pytest.raises(Unrepresentable) as caught:
        decimal(text)
    assert caught.value.text.en != caught.value.text.id


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", Decimal(2**63)),
        ("1" * 34, Decimal("1" * 34)),
    ],
)
def test_integers_beyond_64_bits_become_decimals(text: str, value: int | Decimal) -> None:
    found = integer(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("value", "text"), [("1E-7", "0.0000001"), ("1E+3", "1E+3"), ("0E-8", "0.00000000"), ("1E-41", "1E-41")]
)
def test_plain_notation_where_it_is_readable(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text
    assert Decimal(text).as_tuple() == Decimal(value).as_tuple()
