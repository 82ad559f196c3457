"""Texts that try to be more than text, and charts that hold them wherever somebody can write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

from exports.chart import Chart

PORT = 59999
"""Nobody listens there, and nobody may be asked to."""

TEXTS = {
    "image": f'<para><img src="http://127.0.0.1:{PORT}/x" width="10" height="10"/></para>',
    "font": "<font color=\"[[[getattr(pow, Word('__globals__'))['os'].system('true')]]]\">x</font>",
    "size": "<font size=9999>besar</font>",
    "link": '<a href="javascript:app.alert(1)">klik</a> <link href="file:///etc/passwd">x</link>',
    "unclosed": "<b>tebal <i>miring &amp; &lt; & <",
    "entities": "&#60;b&#62; &nbsp; &copy; &unknown; %s {0} {x.__class__}",
    "pdf": "%PDF-1.7 endstream endobj (x) Tj ET /JavaScript << /S /Launch >> ) ' \\",
    "control": "a\x00b\x07c\x1bd\x7fe\u200bf\u202eg\ufeffh\ud83d",
    "emoji": "Siti 😀👩‍⚕️ Aminah",
    "arabic": "محمد علي بن سالم",
    "javanese": "Sêtyowati Ḍukuh Ṭåṅgå ꦱꦶꦠꦶ",
    "chinese": "陈美玲",
    "word": "x" * 2_000,
    "lines": "\n".join(f"baris {number}" for number in range(60)),
    "spaces": " " * 500 + "x",
    "empty": "",
}

OPEN = frozenset(
    "text display title description name given family line city district value conclusion summary comment".split()
)
"""Elements whose content people write freely."""

KEPT = frozenset(("identifier",))


def spoiled(chart: Chart, texts: Sequence[str]) -> Chart:
    """The chart with these texts, in turn, in every place where somebody can write one."""
    turn = cycle(texts)
    return replace(chart, resources={name: _spoiled(one, turn) for name, one in chart.resources.items()})


def _spoiled(value: Any, texts: Iterator[str]) -> Any:
    if isinstance(value, dict):
        return {key: _put(key, part, texts) for key, part in value.items()}
    return [_spoiled(part, texts) for part in value] if isinstance(value, list) else value


def _put(key: str, part: Any, texts: Iterator[str]) -> Any:
    if key in KEPT:
        return part
    if key in OPEN and isinstance(part, str):
        return next(texts)
    if key in OPEN and isinstance(part, list) and all(isinstance(one, str) for one in part):
        return [next(texts) for _ in part]
    return _spoiled(part, texts)
