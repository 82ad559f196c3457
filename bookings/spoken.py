"""What is said aloud when a number is called, in Bahasa: pure.

Words of numbers: https://kbbi.kemdikbud.go.id (sebelas, dua belas, dua puluh, seratus).
"""

from __future__ import annotations

import re

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
MOST = 999


def spoken(letter: str, number: int, place: str, counter: str = "") -> str:
    """Nomor antrean, A, dua belas, silakan menuju poli penyakit dalam. `place`: the name of the service point;
    `counter`: where in it, such as Loket 2."""
    there = f"{_said(place)}, {_said(counter)}" if counter else _said(place)
    return f"Nomor antrean, {letter}, {words(number)}, silakan menuju {there}."


def words(number: int) -> str:
    """A number from 0 to 999 in words; of a larger one each digit."""
    if number > MOST:
        return " ".join(DIGITS[int(digit)] for digit in str(number))
    hundreds, rest = divmod(number, 100)
    if hundreds:
        above = "seratus" if hundreds == 1 else f"{DIGITS[hundreds]} ratus"
        return f"{above} {words(rest)}" if rest else above
    if number < 10:
        return DIGITS[number]
    if number < 20:
        return {10: "sepuluh", 11: "sebelas"}.get(number, f"{DIGITS[number - 10]} belas")
    tens, ones = divmod(number, 10)
    return f"{DIGITS[tens]} puluh {DIGITS[ones]}" if ones else f"{DIGITS[tens]} puluh"


def _said(name: str) -> str:
    """As people say it: the room of a clinic is the clinic, and figures are words."""
    plain = re.sub(r"^ruang (?=poli)", "", name.strip().lower())
    return re.sub(r"\d+", lambda found: words(int(found[0])), plain)
