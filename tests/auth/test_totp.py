"""Codes of an authenticator app, against the values that RFC 6238 prints (the last six of its eight digits)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from auth import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_values_of_the_standard(seconds: int, code: str) -> None:
    assert totp.step_of(SECRET, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("late", "found"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_a_clock_may_be_one_step_off(late: int, found: bool) -> None:
    moment = datetime.fromtimestamp(1111111109 // 30 * 30 + late, UTC)
    assert (totp.step_of(SECRET, "081 804", moment) is not None) is found


@pytest.mark.parametrize("code", ["", "08180", "0818040", "x81804", "٠٨١٨٠٤", "081804\0"])
def test_anything_else_is_none(code: str) -> None:
    assert totp.step_of(SECRET, code, datetime.fromtimestamp(1111111109, UTC)) is None


def test_a_secret_is_long_and_new() -> None:
    secrets = {totp.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(base64.b32decode(secret)) == 20 for secret in secrets)


def test_the_picture_holds_no_style_and_no_script() -> None:
    picture = totp.qr_code(totp.address(SECRET, "siti", "RSUD <b>Patuh</b> & Karya"))
    assert picture.startswith("<svg")
    assert "viewBox" in picture
    assert "style=" not in picture
    assert "script" not in picture
