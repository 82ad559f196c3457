"""The documents that the hospital prints, by the name that they have in addresses."""

from __future__ import annotations

from collections.abc import Mapping

from exports.documents import (
    bukti_pendaftaran,
    etiket,
    gelang_pasien,
    hasil_laboratorium,
    kartu_berobat,
    label_pasien,
    persetujuan_tindakan,
    persetujuan_umum,
    resep,
    resume_medis,
    ringkasan_pasien,
    ringkasan_pulang,
    riwayat_akses,
    surat_kontrol,
    surat_rujukan,
    surat_sakit,
    surat_sehat,
    tiket_antrean,
    tiket_booking,
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
    resep,
    etiket,
    tiket_antrean,
    tiket_booking,
    bukti_pendaftaran,
    kartu_berobat,
    label_pasien,
    gelang_pasien,
    riwayat_akses,
)
KINDS: Mapping[str, Kind] = {document.KIND.code: document.KIND for document in DOCUMENTS}


def table() -> str:
    """All documents as the table of docs/documents.md."""
    rows = ["| Document | About | May be asked for |", "| --- | --- | --- |"]
    for kind in KINDS.values():
        options = [f"`{name}`" for name in (*kind.options, *(["language"] if len(kind.languages) > 1 else []))]
        rows.append(f"| `{kind.code}`: {kind.title.en} | {kind.type} | {', '.join(options)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
