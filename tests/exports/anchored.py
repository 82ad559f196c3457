"""Documents as they are drawn for a signing service that draws its picture in place of an anchor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from exports.anchoring import anchored
from exports.catalogue import KINDS
from exports.making import Issued
from exports.sheet import Sheet
from tests.exports import charts
from tests.exports.hostile import spoiled
from tests.exports.samples import SAMPLES

CHECK = "https://rsud.example/v/0123456789abcdef0123456789abcdef"
ISSUED = Issued("12/RM/RAJAL/XI/2026", datetime(2026, 11, 24, 1, tzinfo=UTC), CHECK, signed=True, anchored=True)
OPTIONS = {"surat-sehat": {"result": "sehat"}}
SIGNED = sorted(code for code, kind in KINDS.items() if kind.signed)


def sheet(code: str, *texts: str) -> Sheet:
    """A document to be signed. `texts`: in turn, wherever somebody can write one."""
    sample = SAMPLES[code]()
    chart = spoiled(sample.chart, texts) if texts else sample.chart
    options = {**sample.options, **OPTIONS.get(code, {})}
    return anchored(KINDS[code].sheet(replace(sample, chart=chart, options=options, issued=ISSUED)))


@cache
def content(code: str, *texts: str) -> bytes:
    return charts.drawn(sheet(code, *texts))
