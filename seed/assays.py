"""What the demo laboratory can measure and the images it can take: LOINC codes, units, what is normal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from resources.systems import LOINC, SNOMED
from seed.elements import Element, concept, hl7


@dataclass(frozen=True, slots=True)
class Assay:
    """`low` and `high` bound what is normal; `places` of decimals that the analyser prints. No unit: not a quantity."""

    code: Element
    unit: str = ""
    places: int = 0
    low: str = ""
    high: str = ""

    def normal(self, rng: Random) -> Decimal:
        low = float(self.low or 0)
        high = float(self.high or low * 1.6)
        return Decimal(f"{rng.uniform(low + (high - low) * 0.1, high * 0.95):.{self.places}f}")


@dataclass(frozen=True, slots=True)
class Panel:
    """What is asked for in one request, and the specimen it needs."""

    code: Element
    section: str
    specimen: str
    tests: tuple[str, ...]


def _assay(code: str, display: str, unit: str = "", places: int = 0, *, bounds: tuple[str, str] = ("", "")) -> Assay:
    return Assay(concept(LOINC, code, display), unit, places, *bounds)


ASSAYS = {
    "hemoglobin": _assay("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 1, bounds=("12.0", "16.0")),
    "hematocrit": _assay(
        "4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", 1, bounds=("36.0", "47.0")
    ),
    "leukocytes": _assay(
        "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 2, bounds=("4.00", "10.50")
    ),
    "platelets": _assay("26515-7", "Platelets [#/volume] in Blood", "10*3/uL", 0, bounds=("150", "440")),
    "fasting": _assay("1558-6", "Fasting glucose [Mass/volume] in Serum or Plasma", "mg/dL", 0, bounds=("70", "100")),
    "glucose": _assay("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 0, bounds=("70", "140")),
    "hba1c": _assay("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 2, bounds=("4.00", "5.70")),
    "cholesterol": _assay("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 0, bounds=("", "200")),
    "hdl": _assay("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", 0, bounds=("40", "")),
    "ldl": _assay(
        "13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation", "mg/dL", 0, bounds=("", "130")
    ),
    "triglyceride": _assay("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", 0, bounds=("", "150")),
    "creatinine": _assay("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 2, bounds=("0.60", "1.20")),
    "urea": _assay("22664-7", "Urea [Mass/volume] in Serum or Plasma", "mg/dL", 1, bounds=("15.0", "43.0")),
    "sodium": _assay("2951-2", "Sodium [Moles/volume] in Serum or Plasma", "mmol/L", 0, bounds=("136", "145")),
    "potassium": _assay("2823-3", "Potassium [Moles/volume] in Serum or Plasma", "mmol/L", 1, bounds=("3.5", "5.1")),
    "urate": _assay("3084-1", "Urate [Mass/volume] in Serum or Plasma", "mg/dL", 1, bounds=("2.4", "6.0")),
    "sgot": _assay(
        "1920-8",
        "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma",
        "U/L",
        0,
        bounds=("", "35"),
    ),
    "sgpt": _assay(
        "1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 0, bounds=("", "40")
    ),
    "ns1": _assay("75377-2", "Dengue virus NS1 Ag [Presence] in Serum, Plasma or Blood by Rapid immunoassay"),
    "afb": _assay("11545-1", "Microscopic observation [Identifier] in Specimen by Acid fast stain"),
    "abo": _assay("57743-7", "ABO group [Type] in Blood by Confirmatory method"),
    "hiv": _assay("68961-2", "HIV 1 Ab [Presence] in Serum, Plasma or Blood by Rapid immunoassay"),
    "hbsag": _assay(
        "75410-1", "Hepatitis B virus surface Ag [Presence] in Serum, Plasma or Blood by Rapid immunoassay"
    ),
    "vdrl": _assay("14904-7", "Reagin Ab [Presence] in Specimen by VDRL"),
    "protein": _assay("5804-0", "Protein [Mass/volume] in Urine by Test strip", "mg/dL", 0, bounds=("", "30")),
    "urine-leukocytes": _assay(
        "5821-4", "Leukocytes [#/area] in Urine sediment by Microscopy high power field", "/[HPF]", 0, bounds=("", "5")
    ),
}

PANELS = {
    "blood": Panel(
        concept(LOINC, "58410-2", "CBC panel - Blood by Automated count", text="Darah lengkap"),
        "HM",
        "blood",
        ("hemoglobin", "hematocrit", "leukocytes", "platelets"),
    ),
    "fasting": Panel(ASSAYS["fasting"].code | {"text": "Glukosa darah puasa"}, "CH", "serum", ("fasting",)),
    "glucose": Panel(ASSAYS["glucose"].code | {"text": "Glukosa darah sewaktu"}, "CH", "serum", ("glucose",)),
    "hba1c": Panel(ASSAYS["hba1c"].code | {"text": "HbA1c"}, "CH", "blood", ("hba1c",)),
    "lipid": Panel(
        concept(LOINC, "100898-6", "Lipid panel - Serum or Plasma", text="Profil lipid"),
        "CH",
        "serum",
        ("cholesterol", "hdl", "ldl", "triglyceride"),
    ),
    "kidney": Panel(
        concept(LOINC, "24362-6", "Renal function 2000 panel - Serum or Plasma", text="Fungsi ginjal"),
        "CH",
        "serum",
        ("creatinine", "urea"),
    ),
    "electrolytes": Panel({"text": "Elektrolit"}, "CH", "serum", ("sodium", "potassium")),
    "liver": Panel({"text": "Fungsi hati"}, "CH", "serum", ("sgot", "sgpt")),
    "urate": Panel(ASSAYS["urate"].code | {"text": "Asam urat"}, "CH", "serum", ("urate",)),
    "ns1": Panel(ASSAYS["ns1"].code | {"text": "NS1 dengue"}, "LAB", "serum", ("ns1",)),
    "sputum": Panel(ASSAYS["afb"].code | {"text": "Pemeriksaan BTA sputum"}, "MB", "sputum", ("afb",)),
    "antenatal": Panel(
        {"text": "Pemeriksaan laboratorium kehamilan"}, "LAB", "blood", ("hemoglobin", "abo", "hiv", "hbsag", "vdrl")
    ),
    "hemoglobin": Panel(ASSAYS["hemoglobin"].code | {"text": "Hemoglobin"}, "HM", "blood", ("hemoglobin",)),
    "urine": Panel({"text": "Urinalisis"}, "LAB", "urine", ("protein", "urine-leukocytes")),
    "blood-group": Panel(ASSAYS["abo"].code | {"text": "Golongan darah"}, "LAB", "blood", ("abo",)),
}

STUDIES = {
    "chest": (concept(LOINC, "36643-5", "XR Chest 2 Views", text="Foto toraks"), "DX"),
    "head": (concept(LOINC, "24725-4", "CT Head", text="CT scan kepala"), "CT"),
    "wrist": ({"text": "Foto pergelangan tangan"}, "DX"),
    "ankle": ({"text": "Foto pergelangan kaki"}, "DX"),
    "abdomen": (concept(LOINC, "24558-9", "US Abdomen", text="USG abdomen"), "US"),
}

POSITIVE = concept(LOINC, "LA6576-8", "Positive")
NEGATIVE = concept(LOINC, "LA6577-6", "Negative")
BLOOD_GROUPS = {
    "A": concept(LOINC, "LA19710-5", "Group A"),
    "B": concept(LOINC, "LA19709-7", "Group B"),
    "O": concept(LOINC, "LA19708-9", "Group O"),
    "AB": concept(LOINC, "LA28449-9", "Group AB"),
}

SPECIMENS = {
    "blood": concept(SNOMED, "119297000", "Blood specimen"),
    "serum": concept(SNOMED, "119364003", "Serum specimen"),
    "urine": concept(SNOMED, "122575003", "Urine specimen"),
    "sputum": concept(SNOMED, "119334006", "Sputum specimen"),
}
SECTIONS = {
    "HM": [hl7("v2-0074", "HM", "Hematology")],
    "CH": [hl7("v2-0074", "CH", "Chemistry")],
    "MB": [hl7("v2-0074", "MB", "Microbiology")],
    "LAB": [hl7("v2-0074", "LAB", "Laboratory")],
    "RAD": [hl7("v2-0074", "RAD", "Radiology")],
}
