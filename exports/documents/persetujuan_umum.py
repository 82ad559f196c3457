"""Persetujuan umum (general consent): what a patient agrees to when the hospital takes them in.

About a Patient; the choices are drawn from the Consents of the patient that hold, and are left to a pen where there is
none. https://hl7.org/fhir/R4/consent.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exports import composition, saying, wording
from exports.chart import Chart, name_of
from exports.documents import consents, letters
from exports.gathering import Read
from exports.making import Kind, Making
from exports.sheet import Block, Column, Fields, Heading, Items, Paragraph, Row, Sheet, Signatures, Table, Together
from fhir_server.messages import Resource
from resources.issues import Text

SATUSEHAT = "https://satusehat.kemkes.go.id"
"""A Consent whose policy begins so says whether other hospitals may read the record through SATUSEHAT."""

PURPOSES = (
    ("HPAYMT", "Penjamin biaya (BPJS Kesehatan, asuransi, atau perusahaan), untuk pembayaran pelayanan"),
    ("TREAT", "Fasilitas kesehatan lain tempat saya dirujuk, untuk melanjutkan perawatan"),
    ("FAMRQT", "Keluarga yang saya tunjuk di bawah ini"),
    ("TRAIN", "Peserta didik tenaga kesehatan yang ikut merawat, di bawah pengawasan pembimbing"),
)
"""Codes of PurposeOfUse. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html"""

THROUGH_SATUSEHAT = "Fasilitas kesehatan lain melalui SATUSEHAT, agar riwayat kesehatan saya dapat dilihat di sana"
LIMITS = ("actor", "data", "class", "securityLabel", "code", "dataPeriod")
"""What makes a rule one of some people or some data: no answer to a question about all of it."""

CLAUSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Persetujuan pelayanan",
        (
            "Saya menyetujui pemeriksaan, perawatan, dan pengobatan yang lazim di rumah sakit ini, termasuk "
            "pemeriksaan fisik, laboratorium, radiologi dasar, dan pemberian obat.",
            "Tindakan yang berisiko tinggi, operasi, pembiusan, dan pemberian darah dimintakan persetujuan tersendiri.",
            "Saya mengerti bahwa hasil pengobatan tidak dapat dijamin.",
        ),
    ),
    (
        "Hak, kewajiban, dan tanggung jawab pasien",
        (
            "Saya telah menerima penjelasan tentang hak dan kewajiban pasien serta tata tertib rumah sakit.",
            "Saya berhak bertanya, meminta pendapat dokter lain, menolak tindakan, dan menarik persetujuan ini.",
            "Saya memberikan keterangan yang benar dan lengkap tentang kesehatan saya dan mematuhi rencana perawatan.",
        ),
    ),
    (
        "Kepercayaan dan privasi",
        (
            "Rumah sakit menghormati agama, kepercayaan, dan nilai saya; keinginan khusus saya sampaikan.",
            "Pemeriksaan dan percakapan tentang penyakit saya dilakukan dengan menjaga privasi saya.",
        ),
    ),
    (
        "Barang berharga",
        (
            "Saya tidak membawa barang berharga yang tidak diperlukan; yang tidak dititipkan secara resmi menjadi "
            "tanggung jawab saya.",
        ),
    ),
    (
        "Biaya",
        (
            "Saya telah menerima penjelasan tentang perkiraan biaya dan cara pembayaran, dan menanggung biaya yang "
            "tidak dibayar penjamin sesuai ketentuan.",
        ),
    ),
)


def sheet(making: Making) -> Sheet:
    """Raises InvalidParameter."""
    decider = consents.decider(making)
    blocks: list[Block] = [*_who(making, decider), Paragraph("dengan ini menyatakan:")]
    for title, clauses in CLAUSES:
        blocks += [Heading(title), Items(clauses, numbered=True)]
    decided = (*_disclosure(making.chart), *_end(making, decider.name))
    blocks.append(Together((Heading("Pelepasan informasi rekam medis"), *decided)))
    return letters.drawn_up(KIND, making, blocks, "f4")


def _who(making: Making, decider: consents.Decider) -> Iterator[Block]:
    """Patients who decide for themselves are told once."""
    card, phone = letters.card_number(making.chart), saying.telecom(making.chart.patient, "phone")
    known = (("No. BPJS Kesehatan", card), ("No. telepon", phone))
    patient = Fields(letters.identity(making, *((label, value) for label, value in known if value)))
    if decider.relation == consents.PATIENT:
        yield from (Paragraph("Yang bertanda tangan di bawah ini, pasien:"), patient)
        return
    yield Paragraph("Yang bertanda tangan di bawah ini:")
    yield Fields(consents.who_decides(making, decider))
    yield from (Paragraph("selaku penanggung jawab dari pasien:"), patient)


def _disclosure(chart: Chart) -> Iterator[Block]:
    """Who may be told, with what the patient has decided."""
    found = list(privacy_consents(chart))
    asked = [*((words, _answer(found, code)) for code, words in PURPOSES), (THROUGH_SATUSEHAT, _satusehat(found))]
    yield Paragraph("Rahasia kedokteran saya dijaga. Isi rekam medis saya boleh dibuka kepada:")
    rows = (Row((words, consents.choice(answer, "Setuju", "Tidak setuju"))) for words, answer in asked)
    yield Table((Column("Kepada", 2), Column("Pilihan saya", 1)), tuple(rows))
    yield Paragraph("Keluarga yang boleh menerima keterangan tentang kesehatan saya:")
    yield Fields((("1. Nama, hubungan", ""), ("2. Nama, hubungan", "")))


def _end(making: Making, name: str) -> Iterator[Block]:
    yield Paragraph(
        "Pernyataan ini saya baca atau dibacakan kepada saya, saya mengerti isinya, dan saya buat tanpa paksaan."
    )
    place = ", ".join(part for part in (making.letterhead.city, wording.long_date(making.today)) if part)
    yield Signatures(
        (
            consents.signed_by_hand("Petugas", above=(consents.NOTHING,)),
            consents.signed_by_hand("Pembuat pernyataan", name, (place,)),
        )
    )


def privacy_consents(chart: Chart) -> Iterator[Resource]:
    """The patient's consents about privacy that are active, the newest first."""
    for one in sorted(chart.of("Consent"), key=lambda one: str(one.get("dateTime", "")), reverse=True):
        is_own = name_of(one.get("patient"), chart.base) == chart.patient_name
        if is_own and one.get("status") == "active" and "patient-privacy" in composition.categories(one, "scope"):
            yield one


def _satusehat(found: list[Resource]) -> bool | None:
    for one in found:
        if _is_satusehat(one):
            return _permits(one.get("provision", {}))
    return None


def _is_satusehat(consent: Resource) -> bool:
    return any(str(row.get("uri", "")).startswith(SATUSEHAT) for row in consent.get("policy", ()))


def _answer(found: list[Resource], purpose: str) -> bool | None:
    """Of the newest consent that says something about this purpose, or about all of them."""
    for one in found:
        if _is_satusehat(one):
            continue
        rules = [rule for rule in _rules(one.get("provision", {})) if not any(name in rule for name in LIMITS)]
        particular = [rule for rule in rules if purpose in {row.get("code") for row in rule.get("purpose", ())}]
        general = [rule for rule in rules if not rule.get("purpose")]
        for rule in (*particular, *general):
            if (answer := _permits(rule)) is not None:
                return answer
    return None


def _rules(provision: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield provision
    for inner in provision.get("provision", ()):
        yield from _rules(inner)


def _permits(rule: dict[str, Any]) -> bool | None:
    return {"permit": True, "deny": False}.get(str(rule.get("type")))


KIND = Kind(
    "persetujuan-umum",
    Text("General consent", "Persetujuan Umum"),
    "Patient",
    (Read("RelatedPerson", "patient"), Read("Consent", "patient"), Read("Coverage", "beneficiary")),
    sheet,
    number=("PU", "PENDAFTARAN"),
    coding=("59284-0", "Consent Document"),
    signed=False,
    options=("by",),
)
