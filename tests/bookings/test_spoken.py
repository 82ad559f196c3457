"""What is said aloud: words of numbers, and whole announcements."""

from __future__ import annotations

import pytest

from bookings.spoken import spoken, words

NUMBERS = {
    0: "nol",
    1: "satu",
    9: "sembilan",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    19: "sembilan belas",
    20: "dua puluh",
    21: "dua puluh satu",
    99: "sembilan puluh sembilan",
    100: "seratus",
    101: "seratus satu",
    110: "seratus sepuluh",
    111: "seratus sebelas",
    120: "seratus dua puluh",
    200: "dua ratus",
    215: "dua ratus lima belas",
    999: "sembilan ratus sembilan puluh sembilan",
    1012: "satu nol satu dua",
}

ANNOUNCEMENTS = (
    (("A", 12, "Poli Penyakit Dalam"), "Nomor antrean, A, dua belas, silakan menuju poli penyakit dalam."),
    (("A", 12, "Ruang Poli Anak"), "Nomor antrean, A, dua belas, silakan menuju poli anak."),
    (
        ("L", 101, "Loket Pendaftaran", "Loket 2"),
        "Nomor antrean, L, seratus satu, silakan menuju loket pendaftaran, loket dua.",
    ),
    (("R", 3, "Ruang Radiologi"), "Nomor antrean, R, tiga, silakan menuju ruang radiologi."),
)


@pytest.mark.parametrize(("number", "said"), NUMBERS.items())
def test_numbers_as_words(number: int, said: str) -> None:
    assert words(number) == said


def test_every_number_has_words_of_its_own() -> None:
    said = [words(number) for number in range(1000)]
    assert len(set(said)) == 1000
    assert not any("satu puluh" in one or "satu ratus" in one or "satu belas" in one for one in said)


@pytest.mark.parametrize(("called", "said"), ANNOUNCEMENTS)
def test_announcements(called: tuple[str, int, str], said: str) -> None:
    assert spoken(*called) == said
