"""Texts that try to be more than text, and charts that hold them wherever somebody can write."""

from __future__ import annotations

from typing import Any

from exports.chart import Chart
from fhir_server.messages import Resource

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


def spoiled(chart: Chart, text: str) -> Chart:
    """The chart with this text in every place where somebody can write one."""
    return Chart(
        chart.focus, {name: _spoiled(one, text) for name, one in chart.resources.items()}, chart.zone, chart.base
    )


def _spoiled(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _put(key, part, text) for key, part in value.items()}
    return [_spoiled(part, text) for part in value] if isinstance(value, list) else value


def _put(key: str, part: Any, text: str) -> Any:
    if key in KEPT:
        return part
    if key in OPEN and isinstance(part, str):
        return text
    if key in OPEN and isinstance(part, list) and all(isinstance(one, str) for one in part):
        return [text for _ in part]
    return _spoiled(part, text)


def patient_named(resource: Resource, name: str) -> Resource:
    return {**resource, "name": [{"use": "official", "text": name}]}
