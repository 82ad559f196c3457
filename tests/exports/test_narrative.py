"""The words of a narrative."""

from __future__ import annotations

from typing import Any

import pytest

from exports.narrative import words

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    ("div", "expected"),
    [
        (f"<div {XHTML}>Demam <b>tiga</b> hari.</div>", "Demam tiga hari."),
        (f"<div {XHTML}><p>Satu</p><p>Dua</p></div>", "Satu\nDua"),
        (f"<div {XHTML}>a<br/>b</div>", "a\nb"),
        (f"<div {XHTML}>5 &lt; 6 &amp; 7</div>", "5 < 6 & 7"),
        (f"<div {XHTML}>\n  banyak\n   spasi </div>", "banyak spasi"),
        ("<div>tidak ditutup", ""),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><div>&e;</div>', "&e;"),
        ("", ""),
    ],
)
def test_words(div: str, expected: str) -> None:
    assert words({"status": "generated", "div": div}) == expected


@pytest.mark.parametrize("text", [None, "teks", {}, {"div": 3}])
def test_what_is_no_narrative_has_no_words(text: Any) -> None:
    assert words(text) == ""
