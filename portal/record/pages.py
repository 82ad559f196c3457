"""All pages of the record."""

from __future__ import annotations

from portal.record import (
    allergies,
    coming,
    documents,
    immunizations,
    medicines,
    papers,
    results,
    timeline,
    visits,
    vital_signs,
)

PAGES = (
    *timeline.PAGES,
    *visits.PAGES,
    *results.PAGES,
    *vital_signs.PAGES,
    *medicines.PAGES,
    *allergies.PAGES,
    *immunizations.PAGES,
    *coming.PAGES,
    *documents.PAGES,
    *papers.PAGES,
)
