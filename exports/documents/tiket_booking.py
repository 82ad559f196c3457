"""Tiket booking: a visit that was booked, with the number in the queue and the code to check in with.

It has the name masked, as tiket_antrean has.
"""

from __future__ import annotations

from exports import saying, wording
from exports.documents import letters, tiket_antrean
from exports.documents.surat_kontrol import doctor_of
from exports.making import Kind, Making
from exports.sheet import Sheet
from fhir_server.errors import NotFound
from resources.extensions import values
from resources.issues import Text
from resources.systems import BOOKING

CHECK_IN = "Tunjukkan kode ini di anjungan atau loket untuk lapor masuk"


def sheet(making: Making) -> Sheet:
    """Raises NotFound for one that was cancelled or has no code, InvalidParameter."""
    chart, appointment = making.chart, making.chart.about
    if not tiket_antrean.code(appointment) or appointment.get("status") in tiket_antrean.OVER:
        raise NotFound(Text("This is no booking that holds.", "Ini bukan booking yang berlaku."))
    told = values(appointment, BOOKING)
    day = chart.day(str(told.get("day") or appointment.get("start") or ""))
    rows = [
        ("Poli", saying.listed(saying.concept(one) for one in appointment.get("serviceType", ()))),
        ("Dokter", saying.name(letters.person(chart, doctor_of(appointment)))),
        ("Tanggal", f"{wording.day_name(day)}, {wording.long_date(day)}" if day else wording.DASH),
        ("Perkiraan", tiket_antrean.expected(chart, appointment)),
        ("Pasien", tiket_antrean.masked(chart)),
    ]
    return tiket_antrean.slip(
        KIND, making, (tiket_antrean.number(told), tiket_antrean.code(appointment)), rows, advice=CHECK_IN
    )


KIND = Kind(
    "tiket-booking",
    Text("Booking slip", "Tiket Booking"),
    "Appointment",
    (),
    sheet,
    coding=("", "Tiket booking"),
    archived=False,
    signed=False,
    options=("paper",),
)
