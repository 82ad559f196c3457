"""The choices of a patient in plain words: what each means, and what follows from either answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resources.issues import Text
from resources.privacy import Choice


@dataclass(frozen=True, slots=True)
class Words:
    """`meaning`: what is asked; `if_allowed`, `if_denied`: what follows; `undecided`: what holds until then."""

    title: Text
    meaning: Text
    if_allowed: Text
    if_denied: Text
    undecided: Text


WORDS: Mapping[Choice, Words] = {
    "other-facilities": Words(
        Text("Other hospitals and clinics that use this system", "Rumah sakit dan klinik lain yang memakai sistem ini"),
        Text(
            "Doctors of another hospital who have an account here, and systems of other hospitals.",
            "Dokter rumah sakit lain yang punya akun di sini, dan sistem milik rumah sakit lain.",
        ),
        Text("They may see your record when they treat you.", "Mereka boleh melihat rekam medis saat merawat Anda."),
        Text(
            "They see nothing. The doctors of this hospital go on as before. In an emergency a doctor may still open "
            "the record; you will see it here.",
            "Mereka tidak melihat apa pun. Dokter rumah sakit ini tetap seperti biasa. Dalam keadaan darurat, dokter "
            "masih dapat membukanya, dan Anda dapat melihat siapa.",
        ),
        Text(
            "You have not decided: they may see it when they treat you.", "Belum Anda pilih: boleh, saat merawat Anda."
        ),
    ),
    "satusehat": Words(
        Text("SATUSEHAT", "SATUSEHAT"),
        Text(
            "SATUSEHAT is the national health system of the Ministry of Health. The hospital must send data to it. You "
            "decide whether other hospitals may read them there.",
            "SATUSEHAT adalah sistem kesehatan nasional dari Kementerian Kesehatan. Rumah sakit wajib mengirim data ke "
            "sana. Anda yang menentukan apakah rumah sakit lain boleh membacanya.",
        ),
        Text(
            "Other hospitals may read your history through SATUSEHAT when they treat you.",
            "Rumah sakit lain boleh membaca riwayat Anda lewat SATUSEHAT saat merawat Anda.",
        ),
        Text(
            "Other hospitals cannot read your history through SATUSEHAT. You must tell them your history yourself.",
            "Rumah sakit lain tidak dapat membaca riwayat Anda lewat SATUSEHAT. Anda perlu menceritakannya sendiri.",
        ),
        Text("You have not decided: they may not.", "Belum Anda pilih: tidak boleh."),
    ),
    "research": Words(
        Text("Research", "Penelitian"),
        Text(
            "Researchers study diseases with the data of many patients.",
            "Peneliti mempelajari penyakit dari data banyak pasien.",
        ),
        Text(
            "Your data may be used for research that an ethics committee has approved.",
            "Data Anda boleh dipakai untuk penelitian yang disetujui komite etik.",
        ),
        Text("Your data are not used for research.", "Data Anda tidak dipakai untuk penelitian."),
        Text("You have not decided: they are not used.", "Belum Anda pilih: tidak dipakai."),
    ),
}
