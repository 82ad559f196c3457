"""Scopes in plain words, and what a person's ticks come to."""

from __future__ import annotations

import pytest

from auth.pages.wording import choices, granted
from auth.pages.words import OFFERED, TYPES
from auth.scopes import GRANULAR, InvalidScope, covers
from resources.definitions.structure import resource_types

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LABORATORY = f"patient/Observation.rs?category={CATEGORY}|laboratory"
VITAL_SIGNS = f"patient/Observation.rs?category={CATEGORY}|vital-signs"


@pytest.mark.parametrize(
    ("scope", "title", "actions"),
    [
        ("patient/Observation.rs", "Pengukuran dan hasil pemeriksaan", "melihat"),
        ("patient/Observation.read", "Pengukuran dan hasil pemeriksaan", "melihat"),
        ("user/Patient.cruds", "Nama, tanggal lahir, alamat, telepon", "melihat, menambah, mengubah, menghapus"),
        ("patient/Condition.write", "Penyakit dan diagnosis", "menambah, mengubah, menghapus"),
        (LABORATORY, "Pengukuran dan hasil pemeriksaan: hanya hasil laboratorium", "melihat"),
        ("patient/*.r", "Semua isi rekam medis, termasuk jenis data yang ada di kemudian hari", "melihat"),
        ("patient/Basic.u", "Data lain: Basic", "mengubah"),
    ],
)
def test_one_scope(scope: str, title: str, actions: str) -> None:
    (choice,) = choices(scope)
    assert (choice.value, choice.kind, choice.title.id) == (scope, "data", title)
    assert choice.actions is not None
    assert choice.actions.id == actions


def test_what_is_not_about_data() -> None:
    found = choices("openid fhirUser launch/patient launch offline_access patient/Patient.rs")
    assert [(choice.kind, choice.value) for choice in found] == [
        ("data", "patient/Patient.rs"),
        ("identity", "openid fhirUser"),
        ("staying", "offline_access"),
    ]


def test_every_category_and_offered_type_has_words() -> None:
    narrow = [part for type in GRANULAR for part in choices(f"patient/{type}.rs")[0].narrower]
    assert len(narrow) == sum(map(len, GRANULAR.values()))
    assert not [part for part in narrow if "-" in part.title.id]
    assert set(OFFERED) <= set(TYPES) <= set(resource_types())


@pytest.mark.parametrize(
    ("asked", "ticked", "scope"),
    [
        ("launch/patient patient/Patient.rs", ["patient/Patient.rs"], "patient/Patient.rs launch/patient"),
        ("patient/Patient.rs patient/Condition.rs", ["patient/Condition.rs"], "patient/Condition.rs"),
        ("patient/Observation.rs", ["patient/Observation.rs", LABORATORY], LABORATORY),
        ("patient/Observation.rs", [VITAL_SIGNS, LABORATORY], f"{LABORATORY} {VITAL_SIGNS}"),
        ("patient/*.read", ["patient/*.read"], "patient/*.read"),
        ("patient/*.read", ["patient/*.read", "patient/Goal.read"], "patient/Goal.read"),
        (
            f"patient/Observation.rs {LABORATORY}",
            ["patient/Observation.rs", LABORATORY],
            f"patient/Observation.rs {LABORATORY}",
        ),
        ("openid fhirUser offline_access", ["openid fhirUser"], "openid fhirUser"),
        ("openid launch/patient", [], ""),
    ],
)
def test_ticks(asked: str, ticked: list[str], scope: str) -> None:
    assert granted(asked, ticked) == scope
    assert covers(asked, scope)


@pytest.mark.parametrize(
    "tick",
    ["user/Patient.rs", "patient/Condition.rs", "patient/Patient.cruds", "offline_access", "nonsense", "patient/*.rs"],
)
def test_more_than_was_asked_for_is_refused(tick: str) -> None:
    with pytest.raises(InvalidScope):
        granted("patient/Patient.rs openid", ["patient/Patient.rs", tick])
