"""What to bring to a visit. Pure."""

from __future__ import annotations

from bookings.booking import Booking
from resources.issues import Text

ALWAYS = (
    Text("Your identity card (for a child: the family card)", "KTP (untuk anak: kartu keluarga)"),
    Text("Medicines that you take now, or their names", "Obat yang sedang diminum, atau namanya"),
    Text("Results and letters of other hospitals, if any", "Hasil dan surat dari rumah sakit lain, bila ada"),
)
CARD = Text("Your BPJS (KIS) card", "Kartu BPJS (KIS)")
LETTERS = {
    1: Text("The referral of the puskesmas or clinic", "Surat rujukan dari puskesmas atau klinik"),
    2: Text("The referral of the other clinic", "Surat rujukan dari poli lain"),
    3: Text("The control letter of this hospital", "Surat kontrol dari rumah sakit ini"),
    4: Text("The referral of the other hospital", "Surat rujukan dari rumah sakit lain"),
}


def to_bring(booking: Booking) -> list[Text]:
    """Who is covered by BPJS brings the card and the letter too."""
    if booking.payer != "jkn":
        return list(ALWAYS)
    letter = [LETTERS[booking.kind]] if booking.kind in LETTERS else []
    return [ALWAYS[0], CARD, *letter, *ALWAYS[1:]]
