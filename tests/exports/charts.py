"""Charts of the demo's invented patients, without a server; and drawn files read back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import zxingcpp
from PIL import Image

from exports.chart import Chart
from exports.making import Making
from exports.pdf.draw import draw
from exports.sheet import Letterhead, Sheet
from fhir_server.messages import Resource
from seed.clinical import patient_record
from seed.hospital import hospital

TODAY = date(2026, 11, 24)
SEED = 1
LETTERHEAD = Letterhead(
    "RSUD TANAH BENUA",
    ("PEMERINTAH KABUPATEN BENUA (CONTOH)", "DINAS KESEHATAN"),
    ("Jl. Enggang Raya No. 1, Muara Badak 75382", "Telepon (0541) 000000 · Pos-el info@rsud-tanah-benua.example"),
    "Muara Badak",
)


@cache
def house() -> dict[str, Resource]:
    """The hospital's own resources by Type/id."""
    return {f"{one['resourceType']}/{one['id']}": one for one in hospital(TODAY).resources}


@cache
def record(number: int) -> dict[str, Resource]:
    """All resources of one invented patient, stamped as a server does."""
    stamp = {"versionId": "1", "lastUpdated": "2026-11-24T08:30:00+08:00"}
    found = patient_record(number, SEED, TODAY, hospital(TODAY))
    return {f"{one['resourceType']}/{one['id']}": {**one, "meta": {**one.get("meta", {}), **stamp}} for one in found}


def chart(number: int, focus: str) -> Chart:
    """Everything of a patient, about one of the resources: more than a document needs, so that it must choose."""
    return Chart(focus, {**house(), **record(number)})


def of_encounter(number: int, focus: str) -> Chart:
    """What is gathered for a visit: the patient, the visit and what refers to it."""
    kept = {
        name: one
        for name, one in record(number).items()
        if name == focus or name.startswith("Patient/") or one.get("encounter", {}).get("reference") == focus
    }
    return Chart(focus, {**house(), **kept})


def focuses(
    type: str, patients: range, *, where: Callable[[Resource], bool] = lambda one: True
) -> Iterator[tuple[int, str]]:
    """(patient, Type/id) of all resources of a type."""
    for number in patients:
        for name, resource in record(number).items():
            if name.startswith(f"{type}/") and where(resource):
                yield number, name


def making(chart: Chart, **options: str) -> Making:
    return Making(chart, LETTERHEAD, "dr. Contoh", options)


def text_of(content: bytes, folder: Path, *, layout: bool = False) -> str:
    """What pdftotext reads in a file, page after page."""
    return _run(content, folder, "pdftotext", *(["-layout"] if layout else []), "-enc", "UTF-8", "{}", "-")


def fonts_of(content: bytes, folder: Path) -> list[list[str]]:
    """The rows of pdffonts."""
    return [line.split() for line in _run(content, folder, "pdffonts", "{}").splitlines()[2:]]


def codes_of(content: bytes, folder: Path, dots: int = 150) -> list[str]:
    """What a scanner reads on the first page, printed at so many dots per inch."""
    _run(content, folder, "pdftoppm", "-r", str(dots), "-png", "-singlefile", "{}", str(folder / "page"))
    with Image.open(folder / "page.png") as page:
        return [found.text for found in zxingcpp.read_barcodes(page)]


def checked(content: bytes, folder: Path) -> str:
    return _run(content, folder, "qpdf", "--check", "{}")


def drawn(sheet: Sheet) -> bytes:
    return draw(sheet)


def _run(content: bytes, folder: Path, command: str, *arguments: str) -> str:
    path = folder / "document.pdf"
    path.write_bytes(content)
    words = [command, *(str(path) if word == "{}" else word for word in arguments)]
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout
