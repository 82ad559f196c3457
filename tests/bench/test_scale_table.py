"""The table of questions: percentiles, growth, and marks at what is missed."""

import pytest

from bench.questions import QUESTIONS
from bench.scale_table import Cost, Figures, as_json, figures, text

NIK = QUESTIONS[0].name
MIDDLE = Figures(p50=2.0, p95=3.0, cpu=1.0, requests=10, scans=False, documents=1, found=1)


def row(*measured: Figures) -> list[str]:
    """The cells of the NIK at 10, 20 … patients, without spaces around them."""
    lines = text({10 * size: {NIK: one} for size, one in enumerate(measured, start=1)}).splitlines()
    assert len(lines) == 2
    return [cell for cell in lines[1].split("  ") if cell.strip()]


def faster(p50: float, scans: bool | None = False) -> Figures:
    return Figures(p50, 2 * p50, p50 / 2, 10, scans, 7, 3)


def test_figures_are_of_all_answers_and_of_the_dearest_question() -> None:
    found = figures([number / 1000 for number in range(100, 0, -1)], 5.0, [Cost(False, 5, 5), Cost(True, 900, 2)])
    assert found == Figures(51.0, 96.0, 50.0, 100, True, 900, 2)


def test_a_later_page_has_no_plan() -> None:
    found = figures([0.001], 0.0, [])
    assert (found.p50, found.p95, found.scans) == (1.0, 1.0, None)


@pytest.mark.parametrize(
    ("last", "growth", "target", "scan"),
    [
        (faster(2.0), "1.00", "5", "no"),
        (faster(2.6), "1.30", "5", "no"),
        (faster(2.7), "1.35!", "5", "no"),
        (faster(5.1), "2.55!", "5!", "no"),
        (faster(2.0, scans=True), "1.00", "5", "yes!"),
        (faster(2.0, scans=None), "1.00", "5", "-"),
    ],
)
def test_what_is_missed_is_marked(last: Figures, growth: str, target: str, scan: str) -> None:
    cells = [cell.strip() for cell in row(MIDDLE, last)]
    assert cells == [
        NIK,
        "2.0 / 3.0 / 1.0",
        f"{last.p50:.1f} / {last.p95:.1f} / {last.cpu:.1f}",
        growth,
        target,
        scan,
        "7 / 3",
    ]


def test_json_has_every_size() -> None:
    told = as_json({10: {NIK: MIDDLE}, 20: {NIK: faster(1.0)}})
    assert told[NIK]["target_ms"] == 5.0
    assert {size: one["p50"] for size, one in told[NIK]["sizes"].items()} == {"10": 2.0, "20": 1.0}
