"""Diagnoses, procedures, allergens and vaccines that the demo's stories use, by their codes."""

from __future__ import annotations

from resources.systems import ICD_10, KFA, SNOMED
from seed.elements import Element, coding

DIAGNOSES = {
    "I10": ("Essential (primary) hypertension", "Hipertensi"),
    "E11.9": ("Non-insulin-dependent diabetes mellitus, without complications", "Diabetes melitus tipe 2"),
    "E78.5": ("Hyperlipidaemia, unspecified", "Dislipidemia"),
    "N18.3": ("Chronic kidney disease, stage 3", "Penyakit ginjal kronik stadium 3"),
    "N18.4": ("Chronic kidney disease, stage 4", "Penyakit ginjal kronik stadium 4"),
    "D63.8": ("Anaemia in other chronic diseases classified elsewhere", "Anemia penyakit kronik"),
    "I63.9": ("Cerebral infarction, unspecified", "Stroke iskemik"),
    "I69.3": ("Sequelae of cerebral infarction", "Gejala sisa stroke"),
    "Z34.9": ("Supervision of normal pregnancy, unspecified", "Kehamilan normal"),
    "O80.0": ("Spontaneous vertex delivery", "Persalinan spontan"),
    "O82.0": ("Delivery by elective caesarean section", "Persalinan seksio sesarea"),
    "Z37.0": ("Single live birth", "Lahir hidup tunggal"),
    "Z38.0": ("Singleton, born in hospital", "Bayi lahir di rumah sakit"),
    "Z39.2": ("Routine postpartum follow-up", "Kontrol nifas"),
    "Z00.1": ("Routine child health examination", "Pemeriksaan kesehatan anak"),
    "Z27.8": ("Need for immunization against other combinations of infectious diseases", "Imunisasi"),
    "A91": ("Dengue haemorrhagic fever", "Demam berdarah dengue"),
    "A01.0": ("Typhoid fever", "Demam tifoid"),
    "A09.9": ("Gastroenteritis and colitis of unspecified origin", "Gastroenteritis akut"),
    "A15.0": ("Tuberculosis of lung, confirmed by sputum microscopy with or without culture", "TB paru BTA positif"),
    "J06.9": ("Acute upper respiratory infection, unspecified", "Infeksi saluran napas atas akut"),
    "J18.9": ("Pneumonia, unspecified", "Pneumonia"),
    "J45.9": ("Asthma, unspecified", "Asma"),
    "K30": ("Functional dyspepsia", "Dispepsia"),
    "K35.8": ("Acute appendicitis, other and unspecified", "Apendisitis akut"),
    "K02.1": ("Caries of dentine", "Karies dentin"),
    "H66.9": ("Otitis media, unspecified", "Otitis media"),
    "H04.1": ("Other disorders of lacrimal gland", "Mata kering"),
    "L30.9": ("Dermatitis, unspecified", "Dermatitis"),
    "M54.5": ("Low back pain", "Nyeri punggung bawah"),
    "M10.9": ("Gout, unspecified", "Artritis gout"),
    "N39.0": ("Urinary tract infection, site not specified", "Infeksi saluran kemih"),
    "F41.9": ("Anxiety disorder, unspecified", "Gangguan cemas"),
    "S01.0": ("Open wound of scalp", "Luka robek kulit kepala"),
    "S61.9": ("Open wound of wrist and hand part, part unspecified", "Luka robek tangan"),
    "S52.5": ("Fracture of lower end of radius", "Fraktur radius distal"),
    "S93.4": ("Sprain and strain of ankle", "Terkilir pergelangan kaki"),
    "I50.0": ("Congestive heart failure", "Gagal jantung kongestif"),
}
"""ICD-10 (2010) code -> title, what the patient is told."""

ICD10: dict[str, Element] = {
    code: {"coding": [coding(ICD_10, code, title)], "text": text} for code, (title, text) in DIAGNOSES.items()
}

PROCEDURES = {
    "86.59": ("Closure of skin and subcutaneous tissue of other sites", "Penjahitan luka", "therapeutic"),
    "79.02": (
        "Closed reduction of fracture without internal fixation, radius and ulna",
        "Reposisi tertutup",
        "surgical",
    ),
    "93.54": ("Application of splint", "Pemasangan bidai", "therapeutic"),
    "47.09": ("Other appendectomy", "Apendektomi", "surgical"),
    "89.52": ("Electrocardiogram", "Elektrokardiografi", "diagnostic"),
    "93.94": ("Respiratory medication administered by nebulizer", "Nebulisasi", "therapeutic"),
    "88.78": ("Diagnostic ultrasound of gravid uterus", "USG kehamilan", "diagnostic"),
    "73.59": ("Other manually assisted delivery", "Pertolongan persalinan", "therapeutic"),
    "74.1": ("Low cervical cesarean section", "Seksio sesarea", "surgical"),
    "99.18": ("Injection or infusion of electrolytes", "Pemberian cairan infus", "therapeutic"),
    "23.09": ("Extraction of other tooth", "Pencabutan gigi", "surgical"),
    "23.2": ("Restoration of tooth by filling", "Penambalan gigi", "therapeutic"),
    "93.39": ("Other physical therapy", "Fisioterapi", "therapeutic"),
}
"""ICD-9-CM code -> title, name, kind."""

PROCEDURE_KINDS = {
    "diagnostic": coding(SNOMED, "103693007", "Diagnostic procedure"),
    "therapeutic": coding(SNOMED, "277132007", "Therapeutic procedure"),
    "surgical": coding(SNOMED, "387713003", "Surgical procedure"),
}

ALLERGENS: dict[str, tuple[str, Element, str, str, str]] = {
    "amoxicillin": ("medication", coding(KFA, "91000237", "Amoxicillin"), "Amoksisilin", "Urtikaria", "moderate"),
    "ibuprofen": ("medication", coding(KFA, "91000107", "Ibuprofen"), "Ibuprofen", "Bengkak kelopak mata", "moderate"),
    "azithromycin": (
        "medication",
        coding(KFA, "91000235", "Azithromycin"),
        "Azitromisin",
        "Gatal seluruh badan",
        "mild",
    ),
    "dust": ("environment", coding(SNOMED, "128488006", "House dust"), "Debu rumah", "Bersin dan pilek", "mild"),
    "milk": ("food", coding(SNOMED, "3718001", "Cow's milk"), "Susu sapi", "Ruam kulit", "mild"),
    "shrimp": ("food", {}, "Udang", "Gatal dan biduran", "moderate"),
    "prawn-severe": ("food", {}, "Kepiting", "Sesak napas dan bengkak bibir", "severe"),
}
"""Key -> category, code, name, reaction, severity."""

CONFLICTS = {
    "amoxicillin": ("amoxicillin", "amoxicillin-sirup"),
    "ibuprofen": ("ibuprofen", "ketorolac"),
    "azithromycin": ("azithromycin",),
}
"""Allergen -> what is then not prescribed."""

NOT_WHEN_PREGNANT = ("ibuprofen", "ketorolac", "simvastatin", "lisinopril", "captopril", "allopurinol")
NOT_WITH_SICK_KIDNEYS = ("ibuprofen", "ketorolac", "metformin")

CVX = "http://hl7.org/fhir/sid/cvx"
VACCINES: dict[str, tuple[str, list[Element], str]] = {
    "HB0": ("Hepatitis B", [coding(KFA, "VG45", "HepB"), coding(CVX, "08")], "inj.intramuscular"),
    "BCG": ("BCG", [coding(KFA, "VG19", "BCG"), coding(CVX, "19", "BCG")], "inj.intradermal"),
    "OPV": ("Polio oral", [coding(KFA, "VG89", "POLIO"), coding(CVX, "178")], "O"),
    "IPV": ("Polio suntik", [coding(KFA, "VG89", "POLIO"), coding(CVX, "10", "IPV")], "inj.intramuscular"),
    "DPT": (
        "DPT-HB-Hib",
        [
            coding(KFA, "93001282", "Vaksin DTP - HB - Hib 0,5 mL (PENTABIO, 1)"),
            coding(CVX, "198", "DTP-hepB-Hib Pentavalent Non-US"),
        ],
        "inj.intramuscular",
    ),
    "PCV": ("Pneumokokus", [coding(CVX, "133")], "inj.intramuscular"),
    "RV": ("Rotavirus", [coding(CVX, "119")], "O"),
    "MR": ("Campak-Rubela", [coding(CVX, "04")], "inj.subcutaneous"),
    "Td": ("Tetanus difteri", [coding(KFA, "VG139", "Td"), coding(CVX, "09")], "inj.intramuscular"),
}
"""Key -> name, codes, route."""

CHILD_SCHEDULE = (
    (35, (("BCG", 1), ("OPV", 1))),
    (62, (("DPT", 1), ("OPV", 2), ("PCV", 1), ("RV", 1))),
    (93, (("DPT", 2), ("OPV", 3), ("PCV", 2), ("RV", 2))),
    (124, (("DPT", 3), ("OPV", 4), ("IPV", 1), ("RV", 3))),
    (275, (("MR", 1), ("IPV", 2))),
    (366, (("PCV", 3),)),
    (549, (("DPT", 4), ("MR", 2))),
)
"""The national schedule after the birth dose: days of age -> vaccine and dose."""
