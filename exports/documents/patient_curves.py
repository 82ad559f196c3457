"""What a patient summary shows as curves: pressure, weight, and the values of lasting diseases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from exports import results, saying
from exports.chart import Chart
from exports.measurements import DIASTOLIC, SYSTOLIC
from exports.sheet import Beside, Block, Heading, Plot, Together
from exports.units import Language
from fhir_server.messages import Resource
from resources.issues import Text
from resources.systems import LOINC

TITLE = Text("Over time", "Perjalanan Nilai")

CURVES: tuple[tuple[Text, tuple[tuple[Text, str], ...]], ...] = (
    (
        Text("Blood pressure", "Tekanan darah"),
        ((Text("systolic", "sistolik"), SYSTOLIC), (Text("diastolic", "diastolik"), DIASTOLIC)),
    ),
    (Text("Body weight", "Berat badan"), ((Text("", ""), "29463-7"),)),
    (Text("HbA1c", "HbA1c"), ((Text("", ""), "4548-4"),)),
    (
        Text("Glucose", "Glukosa darah"),
        ((Text("fasting", "puasa"), "1558-6"), (Text("random", "sewaktu"), "2345-7")),
    ),
    (Text("Creatinine", "Kreatinin"), ((Text("", ""), "2160-0"),)),
    (Text("Haemoglobin", "Hemoglobin"), ((Text("", ""), "718-7"),)),
)
"""Title, and for each line its name and LOINC code."""


def curves(observations: Sequence[Resource], chart: Chart, language: Language) -> list[Block]:
    """Two abreast, of what was measured at least twice."""
    parts = list(_timed(observations))
    plots: list[Plot] = []
    for title, lines in CURVES:
        series = [
            (name.in_language(language), [one for one in parts if saying.code(one.get("code"), LOINC) == code])
            for name, code in lines
        ]
        found = results.curve(title.in_language(language), series, chart, language)
        if found is not None:
            plots.append(found)
    rows = [Beside((plots[place],), tuple(plots[place + 1 : place + 2])) for place in range(0, len(plots), 2)]
    return [Together((Heading(TITLE.in_language(language)), rows[0])), *rows[1:]] if rows else []


def _timed(observations: Sequence[Resource]) -> Iterator[Resource]:
    """Observations, and components as if they were ones."""
    for whole in observations:
        yield whole
        for part in whole.get("component", ()):
            yield {**part, "effectiveDateTime": results.taken(whole)}
