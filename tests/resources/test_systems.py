"""Systems of one hospital."""

from __future__ import annotations

from resources.systems import BOOKING_PREFIX, BPJS_PREFIX, ENCOUNTER_PREFIX, MRN_PREFIX, local


def test_local_systems_have_the_prefixes_that_the_rules_look_for() -> None:
    assert local("mrn", "1") == MRN_PREFIX + "1"
    assert local("kodebooking", "1") == BOOKING_PREFIX + "1"
    assert local("encounter", "1") == ENCOUNTER_PREFIX + "1"
    assert local("insurance-subscriber", "bpjs") == BPJS_PREFIX + "bpjs"
