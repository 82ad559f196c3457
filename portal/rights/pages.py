"""The pages about a patient's rights, by their addresses."""

from __future__ import annotations

from portal.paging import Page
from portal.rights import access, consents, overview, requests

PAGES = (
    Page("rights", "patient", overview.show),
    Page("rights/access", "patient", access.show),
    Page("rights/consents", "patient", consents.show, consents.submit),
    Page("rights/requests", "patient", requests.show, requests.submit),
)
