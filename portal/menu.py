"""The menu at the top of each page."""

from __future__ import annotations

from dataclasses import dataclass

from resources.issues import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """`icon`: a path on a grid of 24 x 24, drawn as a line."""

    address: str
    name: Text
    icon: str


HOME = Entry("/portal", Text("Home", "Beranda"), "M3 11l9-8 9 8v10h-6v-6H9v6H3z")
BOOK = Entry("/portal/schedule", Text("Book", "Daftar"), "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M12 12v6M9 15h6")
TICKET = Entry("/portal/tickets", Text("Ticket", "Tiket"), "M3 8h18v3a2 2 0 0 0 0 4v3H3v-3a2 2 0 0 0 0-4zM14 8v10")
RECORD = Entry("/portal/record", Text("My record", "Rekam medis"), "M6 3h9l4 4v14H6zM9 12h6M9 16h6M9 8h3")
RIGHTS = Entry(
    "/portal/rights", Text("My rights", "Hak saya"), "M12 3l8 3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9V6zM9 12l2 2 4-4"
)
SIGN_IN = Entry("/auth/login?then=/portal", Text("Sign in", "Masuk"), "M14 4h6v16h-6M3 12h12M11 8l4 4-4 4")

ANYBODY = (HOME, BOOK, TICKET, SIGN_IN)
PATIENT = (HOME, BOOK, RECORD, RIGHTS)
