"""Immunizations by the national schedule, and the growth that is measured on the way."""

from __future__ import annotations

from datetime import timedelta

from seed.chart import Chart
from seed.codes import CHILD_SCHEDULE
from seed.findings import diagnose, height, vitals
from seed.treatment import immunize
from seed.visits import close, outpatient


def immunizations(chart: Chart) -> None:
    """Each age of the schedule that fell into the record's time; the next one is booked."""
    born = chart.person.born
    for days, doses in CHILD_SCHEDULE:
        due = born + timedelta(days=days + chart.rng.randint(0, 9))
        if due < chart.since:
            continue
        if due > chart.until:
            if (due - chart.today).days < 40:
                chart.next_clinic = "ANA"
            return
        visit = outpatient(chart, "ANA", due)
        if not visit:
            return
        vitals(chart, visit, height=height(chart, visit))
        diagnose(chart, visit, "Z00.1", heals_in=1)
        diagnose(chart, visit, "Z27.8", heals_in=1)
        for vaccine, dose in doses:
            immunize(chart, visit, vaccine, dose)
        close(visit, advice="Tumbuh kembang sesuai usia")
