"""Units as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from exports import saying, units
from exports.units import Language


@pytest.mark.parametrize(
    ("quantity", "language", "shown"),
    [
        ({"value": 120, "unit": "mmHg", "code": "mm[Hg]"}, "id", "120 mmHg"),
        ({"value": 120, "code": "mm[Hg]"}, "en", "120 mmHg"),
        ({"value": 76, "unit": "/min", "code": "/min"}, "id", "76 x/menit"),
        ({"value": 76, "unit": "/min", "code": "/min"}, "en", "76 /min"),
        ({"value": "36.5", "code": "Cel"}, "id", "36,5 °C"),
        ({"value": "36.5", "code": "Cel"}, "en", "36.5 °C"),
        ({"value": "8.71", "unit": "10*3/uL"}, "id", "8,71 10³/µL"),
        ({"value": 97, "code": "%"}, "id", "97%"),
        ({"value": 15, "unit": "{score}", "code": "{score}"}, "id", "15"),
        ({"value": 10, "unit": "CAP", "code": "CAP"}, "id", "10 kapsul"),
        ({"value": 2, "unit": "sendok takar"}, "id", "2 sendok takar"),
        ({"value": "0.1", "comparator": "<", "code": "mg/dL"}, "id", "< 0,1 mg/dL"),
        ({"code": "mg/dL"}, "id", "–"),
    ],
)
def test_quantities(quantity: dict[str, Any], language: Language, shown: str) -> None:
    assert saying.quantity(quantity, language) == shown


def test_every_unit_has_words_in_both_languages() -> None:
    assert [code for code, words in units.WORDS.items() if not all(words) or len(words) != 2] == []
    assert not units.WORDS.keys() & units.SAME.keys()


@pytest.mark.parametrize(
    ("row", "english"),
    [
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, "1 capsule, 2 times a day · sebelum makan"),
        ({"frequency": 1, "period": 1, "periodUnit": "d"}, "1 capsule, once a day · sebelum makan"),
        ({"frequency": 3, "period": 1, "periodUnit": "wk"}, "sebelum makan"),
        ({}, "sebelum makan"),
    ],
)
def test_how_a_medicine_is_taken(row: dict[str, Any], english: str) -> None:
    dose = {"doseQuantity": {"value": 1, "code": "CAP"}}
    request = {
        "dosageInstruction": [{"text": "sebelum makan", "timing": {"repeat": row}, "doseAndRate": [dose]}],
        "resourceType": "MedicationRequest",
    }
    assert saying.dosage(request, "en") == english
    assert saying.dosage(request) == "sebelum makan"


def test_a_spoon_is_not_counted_in_bottles() -> None:
    dose = {"doseQuantity": {"value": 1, "code": "SYRUP"}}
    repeat = {"frequency": 3, "period": 1, "periodUnit": "d"}
    row = {"text": "3 x 1 sendok takar", "timing": {"repeat": repeat}, "doseAndRate": [dose]}
    assert saying.dosage({"dosageInstruction": [row]}, "en") == "3 x 1 sendok takar"
