"""One-time passwords of an authenticator app. https://www.rfc-editor.org/rfc/rfc6238"""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
STEPS_OFF = 1
"""A phone's clock may be one step away from ours."""


def new_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that this code is of, None where it is of none near now. Each step may be used once."""
    digits, current = code.replace(" ", ""), int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in range(current - STEPS_OFF, current + STEPS_OFF + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), digits.encode()):
            found = step
    return found


def address(secret: str, username: str, issuer_name: str) -> str:
    """The otpauth address that a QR code holds."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=username, issuer_name=issuer_name)


def qr_code(text: str) -> str:
    """A QR code as an SVG element, which a page may hold as it is."""
    return segno.make(text, error="m").svg_inline(border=4, light="#fff", omitsize=True)
