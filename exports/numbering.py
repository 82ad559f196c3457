"""Document numbers, such as 12/RM/RAJAL/XI/2026: 1 to n in each year for each code and unit, none left out.

The counter moves in the transaction that stores the document: a number that was not used is given to the next.
"""

from __future__ import annotations

from datetime import date

from exports.wording import roman
from fhir_server.changes import Change
from fhir_server.counting import counter, last
from fhir_server.record import Record
from resources.systems import LAST_DOCUMENT_NUMBER


async def following(hospital: Record, series: tuple[str, str], day: date) -> tuple[str, Change]:
    """The next number, and the change that says it is given out. `series`: code and unit."""
    id = "-".join(("nomor-dokumen", *(part.lower() for part in series), str(day.year)))
    found = await hospital.read_many({"Basic": [id]})
    number = (last(found[0]["resource"], LAST_DOCUMENT_NUMBER) if found else 0) + 1
    resource = counter(id, LAST_DOCUMENT_NUMBER, number, "Nomor dokumen terakhir")
    change = Change.update(resource, id, if_match=found[0]["version"]) if found else Change.create(resource)
    return "/".join((str(number), *series, roman(day.month), str(day.year))), change
