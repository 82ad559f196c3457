"""What the hospital's papers call what was measured, by LOINC code. https://loinc.org"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HEMATOLOGY = ("Hematologi", "Haematology")
CHEMISTRY = ("Kimia Klinik", "Clinical chemistry")
SEROLOGY = ("Imunoserologi", "Immunoserology")
URINE = ("Urinalisa", "Urinalysis")
MICROBIOLOGY = ("Mikrobiologi", "Microbiology")
OTHERS = ("Pemeriksaan Lain", "Other tests")

Group = tuple[str, str]
"""In Bahasa Indonesia and in English."""

GROUPS: tuple[Group, ...] = (HEMATOLOGY, CHEMISTRY, SEROLOGY, URINE, MICROBIOLOGY, OTHERS)

SECTIONS: Mapping[str, Group] = {
    "HM": HEMATOLOGY,
    "CH": CHEMISTRY,
    "IMM": SEROLOGY,
    "SR": SEROLOGY,
    "MB": MICROBIOLOGY,
    "MCB": MICROBIOLOGY,
}
"""Code of v2-0074 in DiagnosticReport.category -> the group of tests that are not known here."""

VITAL_SIGNS: Mapping[str, tuple[str, str]] = {
    "85354-9": ("Tekanan darah", "Blood pressure"),
    "8480-6": ("Tekanan sistolik", "Systolic pressure"),
    "8462-4": ("Tekanan diastolik", "Diastolic pressure"),
    "8867-4": ("Nadi", "Heart rate"),
    "9279-1": ("Pernapasan", "Respiration"),
    "8310-5": ("Suhu tubuh", "Temperature"),
    "2708-6": ("Saturasi oksigen", "Oxygen saturation"),
    "59408-5": ("Saturasi oksigen", "Oxygen saturation"),
    "72514-3": ("Skala nyeri", "Pain score"),
    "67775-7": ("Kesadaran", "Responsiveness"),
    "9269-2": ("GCS", "Glasgow coma score"),
    "29463-7": ("Berat badan", "Body weight"),
    "8302-2": ("Tinggi badan", "Body height"),
    "39156-5": ("Indeks massa tubuh", "Body mass index"),
    "8287-5": ("Lingkar kepala", "Head circumference"),
    "9843-4": ("Lingkar kepala", "Head circumference"),
    "8280-0": ("Lingkar perut", "Waist circumference"),
    "56086-2": ("Lingkar perut", "Waist circumference"),
    "11881-0": ("Tinggi fundus", "Fundal height"),
    "55283-6": ("Denyut janin", "Fetal heart rate"),
}
"""In the order in which they are told."""

SYSTOLIC, DIASTOLIC, PRESSURE = "8480-6", "8462-4", "85354-9"


@dataclass(frozen=True, slots=True)
class Test:
    """`name`: in Bahasa Indonesia and in English."""

    name: tuple[str, str]
    group: Group


TESTS: Mapping[str, Test] = {
    "718-7": Test(("Hemoglobin", "Haemoglobin"), HEMATOLOGY),
    "4544-3": Test(("Hematokrit", "Haematocrit"), HEMATOLOGY),
    "20570-8": Test(("Hematokrit", "Haematocrit"), HEMATOLOGY),
    "6690-2": Test(("Leukosit", "Leukocytes"), HEMATOLOGY),
    "26464-8": Test(("Leukosit", "Leukocytes"), HEMATOLOGY),
    "789-8": Test(("Eritrosit", "Erythrocytes"), HEMATOLOGY),
    "26453-1": Test(("Eritrosit", "Erythrocytes"), HEMATOLOGY),
    "777-3": Test(("Trombosit", "Platelets"), HEMATOLOGY),
    "26515-7": Test(("Trombosit", "Platelets"), HEMATOLOGY),
    "787-2": Test(("MCV", "MCV"), HEMATOLOGY),
    "785-6": Test(("MCH", "MCH"), HEMATOLOGY),
    "786-4": Test(("MCHC", "MCHC"), HEMATOLOGY),
    "4537-7": Test(("Laju endap darah", "Erythrocyte sedimentation rate"), HEMATOLOGY),
    "57743-7": Test(("Golongan darah ABO", "ABO blood group"), HEMATOLOGY),
    "883-9": Test(("Golongan darah ABO", "ABO blood group"), HEMATOLOGY),
    "10331-7": Test(("Rhesus", "Rh type"), HEMATOLOGY),
    "1558-6": Test(("Glukosa darah puasa", "Fasting glucose"), CHEMISTRY),
    "2345-7": Test(("Glukosa darah sewaktu", "Glucose"), CHEMISTRY),
    "1521-4": Test(("Glukosa darah 2 jam sesudah makan", "Glucose 2 hours after meal"), CHEMISTRY),
    "4548-4": Test(("HbA1c", "HbA1c"), CHEMISTRY),
    "2093-3": Test(("Kolesterol total", "Total cholesterol"), CHEMISTRY),
    "2085-9": Test(("Kolesterol HDL", "HDL cholesterol"), CHEMISTRY),
    "13457-7": Test(("Kolesterol LDL", "LDL cholesterol"), CHEMISTRY),
    "18262-6": Test(("Kolesterol LDL direk", "LDL cholesterol, direct"), CHEMISTRY),
    "2571-8": Test(("Trigliserida", "Triglycerides"), CHEMISTRY),
    "2160-0": Test(("Kreatinin", "Creatinine"), CHEMISTRY),
    "22664-7": Test(("Ureum", "Urea"), CHEMISTRY),
    "3084-1": Test(("Asam urat", "Uric acid"), CHEMISTRY),
    "2951-2": Test(("Natrium", "Sodium"), CHEMISTRY),
    "2823-3": Test(("Kalium", "Potassium"), CHEMISTRY),
    "2075-0": Test(("Klorida", "Chloride"), CHEMISTRY),
    "1920-8": Test(("SGOT (AST)", "AST"), CHEMISTRY),
    "1742-6": Test(("SGPT (ALT)", "ALT"), CHEMISTRY),
    "1975-2": Test(("Bilirubin total", "Total bilirubin"), CHEMISTRY),
    "1968-7": Test(("Bilirubin direk", "Direct bilirubin"), CHEMISTRY),
    "1751-7": Test(("Albumin", "Albumin"), CHEMISTRY),
    "75377-2": Test(("NS1 dengue", "Dengue NS1 antigen"), SEROLOGY),
    "68961-2": Test(("Anti-HIV", "HIV 1 antibody"), SEROLOGY),
    "75410-1": Test(("HBsAg", "HBsAg"), SEROLOGY),
    "14904-7": Test(("VDRL", "VDRL"), SEROLOGY),
    "1988-5": Test(("CRP", "CRP"), SEROLOGY),
    "5804-0": Test(("Protein urin", "Urine protein"), URINE),
    "5821-4": Test(("Leukosit urin", "Urine leukocytes"), URINE),
    "5808-1": Test(("Eritrosit urin", "Urine erythrocytes"), URINE),
    "5792-7": Test(("Glukosa urin", "Urine glucose"), URINE),
    "11545-1": Test(("BTA", "Acid-fast bacilli"), MICROBIOLOGY),
}

ANSWERS: Mapping[str, tuple[str, str]] = {
    "LA6576-8": ("Positif", "Positive"),
    "LA6577-6": ("Negatif", "Negative"),
    "LA11882-0": ("Terdeteksi", "Detected"),
    "LA11883-8": ("Tidak terdeteksi", "Not detected"),
    "LA19710-5": ("A", "A"),
    "LA19709-7": ("B", "B"),
    "LA19708-9": ("O", "O"),
    "LA28449-9": ("AB", "AB"),
}
"""LOINC answer code -> what is printed."""
