"""The demo pharmacy. KFA codes where the ministry's own examples publish them, ATC codes for every drug."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_server.messages import Resource
from resources.systems import KFA
from seed.elements import DRUG_FORM, KEMKES, Element, coding, concept, extension, identifier, kemkes, local_id

ATC = "http://www.whocc.no/atc"

FORMS = {
    "BS066": ("Tablet", "TAB", "tablet", "O"),
    "BS077": ("Tablet Salut Selaput", "TAB", "tablet", "O"),
    "BS023": ("Kaplet Salut Selaput", "TAB", "kaplet", "O"),
    "BS069": ("Tablet Kunyah", "CHEWTAB", "tablet kunyah", "O"),
    "BS019": ("Kapsul", "CAP", "kapsul", "O"),
    "BS055": ("Sirup", "SYRUP", "sendok takar", "O"),
    "BS047": ("Serbuk Oral", "POWD", "sachet", "O"),
    "BS034": ("Larutan Injeksi", "INJ", "ampul", "P"),
    "BS049": ("Serbuk Injeksi", "INJ", "vial", "P"),
    "BS035": ("Infus", "IVSOL", "botol", "P"),
    "BS030": ("Krim", "CRM", "oles", "ointment"),
    "BS084": ("Tetes Mata", "OPDROP", "tetes", "ocular"),
    "inhaler": ("Inhaler", "INHL", "hirup", "inhal.aerosol"),
}
"""Form of the ministry -> display, code of v3-orderableDrugForm, the word on the label, route."""

DRUG_FORM_OF = {form: unit for form, (_, unit, _, _) in FORMS.items()}

ROUTES = {"O": "Oral", "P": "Parenteral", "ointment": "Ointment", "ocular": "Ocular", "inhal.aerosol": "Inhal aerosol"}


@dataclass(frozen=True, slots=True)
class Drug:
    """`kfa` is empty where no source at hand gives the code; `advice` ends the label's text."""

    key: str
    name: str
    atc: str
    form: str
    kfa: str
    dose: int
    times: int
    advice: str


def _drug(row: str) -> Drug:
    key, name, atc, form, kfa, dose, times, advice = (part.strip() for part in row.split("|"))
    return Drug(key, name, atc, form, kfa, int(dose), int(times), advice)


_ROWS = """
amlodipine5|Amlodipine Besilate 5 mg Tablet|C08CA01|BS066|93001819|1|1|pagi hari
amlodipine10|Amlodipine Besilate 10 mg Tablet|C08CA01|BS066|93000483|1|1|pagi hari
captopril|Captopril 25 mg Tablet|C09AA01|BS066|92000344|1|2|sebelum makan
lisinopril|Lisinopril Dihydrate 10 mg Tablet|C09AA03|BS066|93002919|1|1|pagi hari
bisoprolol|Bisoprolol Fumarate 5 mg Tablet|C07AB07|BS066|93003066|1|1|pagi hari
furosemide|Furosemide 40 mg Tablet|C03CA01|BS066|93001603|1|1|pagi hari
paracetamol|Paracetamol 500 mg Tablet|N02BE01|BS066|93002313|1|3|bila demam atau nyeri
paracetamol-sirup|Paracetamol 120 mg/5 mL Sirup|N02BE01|BS055|93001926|1|3|bila demam
ibuprofen|Ibuprofen 400 mg Tablet|M01AE01|BS066|93020397|1|3|sesudah makan
amoxicillin|Amoxicillin Trihydrate 500 mg Tablet|J01CA04|BS066|93001535|1|3|dihabiskan
azithromycin|Azithromycin 500 mg Tablet Salut Selaput|J01FA10|BS077|93003600|1|1|dihabiskan
cefixime|Cefixime Trihydrate 100 mg Kapsul|J01DD08|BS019|93000279|1|2|dihabiskan
ctm|Chlorphenamine Maleate 4 mg Tablet|R06AB04|BS066|93005220|1|3|menyebabkan kantuk
methylprednisolone|Methylprednisolone 4 mg Tablet|H02AB04|BS066|93002340|1|3|sesudah makan
fdc4|Rifampicin 150 / Isoniazid 75 / Pyrazinamide 400 / Ethambutol 275 mg|J04AM06|BS023|93001019|3|1|perut kosong
fdc2|Rifampicin 150 mg / Isoniazid 150 mg Tablet|J04AM02|BS066||3|1|tiga kali seminggu, perut kosong
clopidogrel|Clopidogrel Bisulfate 75 mg Tablet Salut Selaput|B01AC04|BS077|93000624|1|1|sesudah makan
aspirin|Acetylsalicylic Acid 80 mg Tablet|B01AC06|BS066||1|1|sesudah makan
fe|Ferrous Fumarate 60 mg / Folic Acid 0,4 mg Tablet Salut Selaput|B03AD02|BS077|93006500|1|1|malam hari
calcium|Calcium Carbonate 500 mg Tablet Kunyah|A12AA04|BS069|93016679|1|1|sesudah makan
ringer|Ringer Lactate 500 mL|B05BB01|BS035|93000374|1|3|20 tetes per menit
oxytocin|Oxytocin 10 IU/mL Injeksi|H01BB02|BS034|93012760|1|1|segera setelah bayi lahir
vitamin-k|Phytomenadione / Vitamin K1 10 mg/mL Injeksi|B02BA01|BS034|93001129|1|1|segera setelah lahir
insulin|Insulin Human Analog (Rapid Acting) 100 IU/mL Injeksi|A10AB06|BS034|93001149|1|3|sebelum makan
metformin|Metformin HCl 500 mg Tablet|A10BA02|BS066||1|2|sesudah makan
glimepiride|Glimepiride 2 mg Tablet|A10BB12|BS066||1|1|sebelum sarapan
simvastatin|Simvastatin 20 mg Tablet|C10AA01|BS066||1|1|malam hari
omeprazole|Omeprazole 20 mg Kapsul|A02BC01|BS019||1|2|sebelum makan
antasida|Antasida Tablet Kunyah|A02AD01|BS069||1|3|sebelum makan
domperidone|Domperidone 10 mg Tablet|A03FA03|BS066||1|3|sebelum makan
ambroxol|Ambroxol 30 mg Tablet|R05CB06|BS066||1|3|sesudah makan
ambroxol-sirup|Ambroxol 15 mg/5 mL Sirup|R05CB06|BS055||1|3|sesudah makan
salbutamol|Salbutamol 100 mcg/dosis Inhaler|R03AC02|inhaler||2|3|bila sesak
oralit|Oralit Serbuk|A07CA|BS047||1|4|setiap buang air besar cair
zinc|Zinc 20 mg Tablet|A12CB01|BS066||1|1|selama 10 hari
ceftriaxone|Ceftriaxone 1 g Serbuk Injeksi|J01DD04|BS049||1|2|intravena
ketorolac|Ketorolac 30 mg/mL Injeksi|M01AB15|BS034||1|2|intravena
lidocaine|Lidocain Hydrochloride 20 mg/mL Injeksi|N01BB02|BS034|93001733|1|1|infiltrasi
hydrocortisone|Hydrocortisone 2,5% Krim|D07AA02|BS030||1|2|oleskan tipis
tears|Natrium Hialuronat Tetes Mata|S01XA20|BS084||1|4|pada kedua mata
amoxicillin-sirup|Amoxicillin Trihydrate 125 mg/5 mL Sirup|J01CA04|BS055||1|3|dihabiskan
allopurinol|Allopurinol 100 mg Tablet|M04AA01|BS066||1|1|sesudah makan
"""

FORMULARY: dict[str, Drug] = {drug.key: drug for drug in map(_drug, _ROWS.strip().splitlines())}


def medication(drug: Drug) -> Resource:
    """https://hl7.org/fhir/R4/medication.html"""
    codes = [coding(KFA, drug.kfa, drug.name)] if drug.kfa else []
    resource: Resource = {
        "resourceType": "Medication",
        "id": f"obat-{drug.key}",
        "meta": {"profile": ["https://fhir.kemkes.go.id/r4/StructureDefinition/Medication"]},
        "identifier": [identifier(local_id("medication"), drug.key.upper())],
        "code": {"coding": [*codes, coding(ATC, drug.atc)], "text": drug.name},
        "status": "active",
        "extension": [
            extension(
                "MedicationType",
                valueCodeableConcept=concept(f"{KEMKES}/CodeSystem/medication-type", "NC", "Non-compound"),
            )
        ],
    }
    display = FORMS[drug.form][0]
    resource["form"] = (
        kemkes("medication-form", drug.form, display) if drug.form.startswith("BS") else {"text": display}
    )
    return resource


def dosage(drug: Drug) -> Element:
    """One line of a prescription, with the label's words in Bahasa Indonesia."""
    _, unit, word, route = FORMS[drug.form]
    return {
        "sequence": 1,
        "text": f"{drug.times} x sehari {drug.dose} {word}, {drug.advice}",
        "patientInstruction": f"{drug.dose} {word} {drug.times} kali sehari, {drug.advice}",
        "timing": {"repeat": {"frequency": drug.times, "period": 1, "periodUnit": "d"}},
        "route": concept(ATC, route, ROUTES[route]),
        "doseAndRate": [
            {
                "type": concept("http://terminology.hl7.org/CodeSystem/dose-rate-type", "ordered", "Ordered"),
                "doseQuantity": {"value": drug.dose, "unit": unit, "system": DRUG_FORM, "code": unit},
            }
        ],
    }
