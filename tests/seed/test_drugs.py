"""The pharmacy's list and the words on the label."""

import re

import pytest

from resources.systems import KFA
from seed.codes import CONFLICTS, NOT_WHEN_PREGNANT, NOT_WITH_SICK_KIDNEYS
from seed.drugs import ATC, FORMS, FORMULARY, Drug, dosage, medication


@pytest.mark.parametrize("drug", FORMULARY.values(), ids=lambda drug: drug.key)
def test_every_drug_has_an_atc_code_and_a_form(drug: Drug) -> None:
    resource = medication(drug)
    codes = {coding["system"]: coding["code"] for coding in resource["code"]["coding"]}
    assert re.fullmatch(r"[A-Z]\d\d[A-Z]{1,2}(\d\d)?", codes[ATC])
    assert drug.form in FORMS
    assert re.fullmatch(r"9[23]\d{6}", codes.get(KFA, "93000000"))
    assert (KFA in codes) == bool(drug.kfa)


def test_the_label_is_in_bahasa_indonesia() -> None:
    line = dosage(FORMULARY["paracetamol"])
    assert line["patientInstruction"] == "1 tablet 3 kali sehari, bila demam atau nyeri"
    assert line["timing"]["repeat"] == {"frequency": 3, "period": 1, "periodUnit": "d"}
    assert line["doseAndRate"][0]["doseQuantity"]["code"] == "TAB"


def test_what_is_avoided_is_on_the_list() -> None:
    avoided = {drug for drugs in CONFLICTS.values() for drug in drugs}
    assert avoided | set(NOT_WHEN_PREGNANT) | set(NOT_WITH_SICK_KIDNEYS) <= set(FORMULARY)
