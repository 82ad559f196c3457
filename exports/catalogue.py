"""The documents that the hospital prints, by the name that they have in addresses."""

from __future__ import annotations

from collections.abc import Mapping

from exports.documents import (
    hasil_laboratorium,
    persetujuan_tindakan,
    persetujuan_umum,
    resume_medis,
    ringkasan_pasien,
    ringkasan_pulang,
    surat_kontrol,
    surat_rujukan,
    surat_sakit,
    surat_sehat,
)
from exports.making import Kind

DOCUMENTS = (
    resume_medis,
    ringkasan_pulang,
    hasil_laboratorium,
    ringkasan_pasien,
    surat_sakit,
    surat_sehat,
    surat_rujukan,
    surat_kontrol,
    persetujuan_umum,
    persetujuan_tindakan,
)
KINDS: Mapping[str, Kind] = {document.KIND.code: document.KIND for document in DOCUMENTS}
