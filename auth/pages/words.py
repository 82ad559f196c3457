"""What the resource types of FHIR are called by people who never heard of FHIR."""

from __future__ import annotations

from collections.abc import Mapping

from resources.issues import Text

TYPES: Mapping[str, Text] = {
    "Account": Text("Bills and accounts", "Rekening tagihan"),
    "AdverseEvent": Text("Unwanted events during care", "Kejadian tidak diharapkan"),
    "AllergyIntolerance": Text("Allergies", "Alergi"),
    "Appointment": Text("Appointments", "Janji temu"),
    "AppointmentResponse": Text("Answers to appointments", "Jawaban janji temu"),
    "AuditEvent": Text("Who has opened the record", "Siapa yang membuka rekam medis"),
    "Binary": Text("Attached files", "Berkas lampiran"),
    "CarePlan": Text("Care plans", "Rencana perawatan"),
    "CareTeam": Text("The team that takes care", "Tim yang merawat"),
    "ChargeItem": Text("Charges", "Rincian biaya"),
    "Claim": Text("Insurance claims", "Klaim jaminan kesehatan"),
    "ClaimResponse": Text("Answers to insurance claims", "Jawaban klaim jaminan"),
    "ClinicalImpression": Text("Doctors' assessments", "Penilaian dokter"),
    "Communication": Text("Messages", "Pesan"),
    "Composition": Text("Summaries and letters", "Resume medis dan surat"),
    "Condition": Text("Illnesses and diagnoses", "Penyakit dan diagnosis"),
    "Consent": Text("Consents", "Persetujuan"),
    "Coverage": Text("Insurance, such as BPJS", "Jaminan kesehatan, seperti BPJS"),
    "Device": Text("Medical devices", "Alat kesehatan"),
    "DiagnosticReport": Text("Laboratory and imaging reports", "Laporan laboratorium dan radiologi"),
    "DocumentReference": Text("Documents", "Dokumen"),
    "Encounter": Text("Visits and hospital stays", "Kunjungan dan rawat inap"),
    "EpisodeOfCare": Text("Courses of treatment", "Masa perawatan"),
    "ExplanationOfBenefit": Text("What the insurance paid", "Rincian yang dibayar jaminan"),
    "FamilyMemberHistory": Text("Illnesses in the family", "Riwayat penyakit keluarga"),
    "Flag": Text("Warnings", "Tanda peringatan"),
    "Goal": Text("Goals of treatment", "Tujuan perawatan"),
    "Group": Text("Groups of patients", "Kelompok pasien"),
    "HealthcareService": Text("Services of the hospital", "Layanan rumah sakit"),
    "ImagingStudy": Text("X-ray and other images", "Foto rontgen dan pencitraan lain"),
    "Immunization": Text("Vaccinations", "Imunisasi"),
    "ImmunizationRecommendation": Text("Vaccinations to come", "Jadwal imunisasi"),
    "Invoice": Text("Invoices", "Tagihan"),
    "List": Text("Lists", "Daftar"),
    "Location": Text("Rooms and places", "Ruangan dan lokasi"),
    "Media": Text("Photographs and recordings", "Foto dan rekaman"),
    "Medication": Text("Medicines by name", "Nama obat"),
    "MedicationAdministration": Text("Medicines given", "Pemberian obat"),
    "MedicationDispense": Text("Medicines handed out", "Penyerahan obat"),
    "MedicationRequest": Text("Prescriptions", "Resep obat"),
    "MedicationStatement": Text("Medicines being taken", "Obat yang sedang diminum"),
    "NutritionOrder": Text("Diets", "Pengaturan makan"),
    "Observation": Text("Measurements and test results", "Pengukuran dan hasil pemeriksaan"),
    "Organization": Text("Hospitals and departments", "Rumah sakit dan unitnya"),
    "Patient": Text("Name, date of birth, address, telephone", "Nama, tanggal lahir, alamat, telepon"),
    "Person": Text("Personal details", "Data diri"),
    "Practitioner": Text("Names of doctors and nurses", "Nama dokter dan tenaga kesehatan"),
    "PractitionerRole": Text("Where doctors and nurses work", "Tempat tugas tenaga kesehatan"),
    "Procedure": Text("Operations and procedures", "Tindakan dan operasi"),
    "Provenance": Text("Who wrote an entry", "Siapa yang menulis catatan"),
    "Questionnaire": Text("Questionnaires", "Formulir pertanyaan"),
    "QuestionnaireResponse": Text("Answers to questionnaires", "Jawaban formulir"),
    "RelatedPerson": Text("Family and guardians", "Keluarga dan wali"),
    "RiskAssessment": Text("Risks", "Penilaian risiko"),
    "Schedule": Text("Timetables", "Jadwal praktik"),
    "ServiceRequest": Text("Requests for tests and referrals", "Permintaan pemeriksaan dan rujukan"),
    "Slot": Text("Free times", "Waktu yang tersedia"),
    "Specimen": Text("Samples, such as blood", "Sampel, seperti darah"),
    "Task": Text("Tasks", "Tugas"),
    "VisionPrescription": Text("Glasses and lenses", "Resep kacamata"),
}

CATEGORIES: Mapping[str, Text] = {
    "encounter-diagnosis": Text("Diagnoses of a visit", "Diagnosis saat kunjungan"),
    "problem-list-item": Text("Illnesses that last", "Penyakit yang menetap"),
    "health-concern": Text("Health concerns", "Keluhan kesehatan"),
    "laboratory": Text("Laboratory results", "Hasil laboratorium"),
    "social-history": Text("Way of life, such as smoking", "Kebiasaan hidup, seperti merokok"),
    "vital-signs": Text("Blood pressure, pulse, weight", "Tekanan darah, nadi, berat badan"),
    "survey": Text("Answers to questionnaires", "Hasil kuesioner"),
    "sdoh": Text("Living conditions", "Keadaan sosial dan tempat tinggal"),
    "imaging": Text("Imaging results", "Hasil pencitraan"),
    "procedure": Text("Results of procedures", "Hasil tindakan"),
    "exam": Text("Physical examination", "Pemeriksaan fisik"),
    "therapy": Text("Therapy", "Terapi"),
    "activity": Text("Physical activity", "Aktivitas fisik"),
}

OFFERED = (
    "Patient",
    "Condition",
    "AllergyIntolerance",
    "MedicationRequest",
    "MedicationDispense",
    "MedicationStatement",
    "Immunization",
    "Observation",
    "DiagnosticReport",
    "ImagingStudy",
    "Procedure",
    "Encounter",
    "Appointment",
    "ServiceRequest",
    "CarePlan",
    "CareTeam",
    "Goal",
    "Composition",
    "DocumentReference",
    "Coverage",
    "RelatedPerson",
    "QuestionnaireResponse",
    "Device",
    "Specimen",
    "Provenance",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "Medication",
)
"""The types that a person may choose from in place of "everything", in the order shown."""

EVERYTHING = Text(
    "Everything in the record, also kinds of data that come later",
    "Semua isi rekam medis, termasuk jenis data yang ada di kemudian hari",
)
ACTIONS = {
    "c": Text("add", "menambah"),
    "rs": Text("see", "melihat"),
    "u": Text("change", "mengubah"),
    "d": Text("delete", "menghapus"),
}


def type_name(type: str) -> Text:
    """The name of a type; what nobody outside FHIR has a word for keeps FHIR's."""
    return TYPES.get(type) or Text(f"Other data: {type}", f"Data lain: {type}")
