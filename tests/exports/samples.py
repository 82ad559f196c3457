"""One sample of each document, of invented patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from exports.making import Making
from tests.exports import charts, opened, prescriptions, reception


def _resume_medis() -> Making:
    return charts.making(charts.of_encounter(1, "Encounter/kunjungan-000001-001"))


def _letter(number: int, focus: str, **options: str) -> Callable[[], Making]:
    return lambda: charts.making(charts.chart(number, focus), **options)


VISIT = "Encounter/kunjungan-000006-001"
SAMPLES: Mapping[str, Callable[[], Making]] = {
    "resume-medis": _resume_medis,
    "ringkasan-pulang": _letter(40, "Encounter/kunjungan-000040-002"),
    "hasil-laboratorium": _letter(18, "DiagnosticReport/laporan-000018-023"),
    "ringkasan-pasien": _letter(18, "Patient/pasien-000018"),
    "surat-sakit": _letter(6, VISIT, days="3", diagnosis="yes"),
    "surat-sehat": _letter(6, VISIT, purpose="Melamar pekerjaan"),
    "surat-rujukan": _letter(18, "ServiceRequest/rujukan-000018-001"),
    "surat-kontrol": _letter(6, "Appointment/janji-000006-010"),
    "persetujuan-umum": _letter(5, "Patient/pasien-000005"),
    "persetujuan-tindakan": _letter(11, "ServiceRequest/operasi-000011-001", decision="setuju"),
    "resep": lambda: charts.making(prescriptions.chart(prescriptions.POWDERS, prescriptions.SYRUP)),
    "etiket": lambda: charts.making(prescriptions.chart(prescriptions.SYRUP, prescriptions.CREAM)),
    "tiket-antrean": lambda: charts.making(reception.checked_in(1, reception.TASK)),
    "tiket-booking": lambda: charts.making(reception.checked_in(1, reception.APPOINTMENT)),
    "bukti-pendaftaran": lambda: charts.making(reception.checked_in(1, reception.ENCOUNTER)),
    "kartu-berobat": _letter(7, "Patient/pasien-000007"),
    "label-pasien": _letter(7, "Patient/pasien-000007"),
    "gelang-pasien": _letter(7, "Patient/pasien-000007"),
    "riwayat-akses": lambda: charts.making(opened.chart([opened.looked(opened.at(20)), opened.looked(opened.at(21))])),
}
