"""Where things are in the demo hospital: departments, clinics, wards, beds. https://hl7.org/fhir/R4/location.html"""

from __future__ import annotations

from fhir_server.messages import Resource
from seed.areas import address, areas
from seed.elements import KEMKES, Element, concept, extension, hl7, identifier, kemkes, local_id, reference
from seed.staff import CLINICS

NAME = "RSUD Tanah Benua"
"""There is no hospital of this name."""

LARGER_HOSPITAL = "org-rs-rujukan"
"""To which the very ill are referred; there is none of its name either."""

DEPARTMENTS = (
    ("org-rawat-jalan", "Instalasi Rawat Jalan"),
    ("org-igd", "Instalasi Gawat Darurat"),
    ("org-rawat-inap", "Instalasi Rawat Inap"),
    ("org-penunjang", "Instalasi Penunjang Medik"),
)

ROOMS = (
    ("ruang-triase", "Ruang Triase IGD", "RT0032", "Ruangan Triase", "org-igd"),
    ("ruang-resusitasi", "Ruang Resusitasi IGD", "RT0027", "Ruangan Resusitasi", "org-igd"),
    ("ruang-tindakan", "Ruang Tindakan Bedah IGD", "RT0029", "Ruangan Tindakan Bedah", "org-igd"),
    ("ruang-bersalin", "Ruang Bersalin", "RT0030", "Ruangan Tindakan Kebidanan", "org-rawat-inap"),
    ("ruang-operasi", "Kamar Operasi", "RT0025", "Ruang Operasi", "org-rawat-inap"),
    ("farmasi", "Depo Farmasi Rawat Jalan", "", "", "org-penunjang"),
    ("farmasi-inap", "Depo Farmasi Rawat Inap", "", "", "org-penunjang"),
    ("laboratorium", "Laboratorium Patologi Klinik", "", "", "org-penunjang"),
    ("radiologi", "Ruang Radiologi", "", "", "org-penunjang"),
    ("loket-pendaftaran", "Loket Pendaftaran", "", "", "org-rawat-jalan"),
    ("ruang-imunisasi", "Ruang Imunisasi", "", "", "org-rawat-jalan"),
)

WARDS = (
    ("bangsal-meranti", "Bangsal Meranti (Penyakit Dalam)", "3", "Kelas 3", 8),
    ("bangsal-ulin", "Bangsal Ulin (Bedah)", "3", "Kelas 3", 6),
    ("bangsal-anggrek", "Bangsal Anggrek (Anak)", "2", "Kelas 2", 6),
    ("bangsal-kenanga", "Bangsal Kenanga (Kebidanan)", "2", "Kelas 2", 6),
    ("bangsal-gaharu", "Bangsal Gaharu", "1", "Kelas 1", 4),
    ("bangsal-enggang", "Bangsal Enggang", "vip", "Kelas VIP", 2),
    ("icu", "Ruang Perawatan Intensif (ICU)", "reguler", "Kelas Reguler", 3),
)


def organizations() -> list[Resource]:
    """The hospital, its departments, its clinics, who pays, and a larger hospital."""
    public = kemkes("organization-type", "OT000006", "Rumah Sakit Pemerintah")
    root = organization("org-rsud", NAME, public)
    root["telecom"] = [
        {"system": "phone", "value": "+62840541000", "use": "work"},
        {"system": "email", "value": "info@rsud-tanah-benua.example", "use": "work"},
    ]
    village = next(area for area in areas()["64.02"] if area.district == "Muara Badak")
    root["address"] = [{**address(village, "Jl. Enggang Raya No. 1", 1, 1), "use": "work"}]
    found = {root["id"]: root}
    for id, name in DEPARTMENTS:
        found[id] = organization(id, name, hl7("organization-type", "dept", "Hospital Department"), root)
    for clinic in CLINICS:
        id = f"poli-{clinic.code.lower()}"
        above = found["org-igd" if clinic.code == "EMG" else "org-rawat-jalan"]
        found[id] = organization(id, clinic.label, hl7("organization-type", "team", "Organizational team"), above)
    payer = organization("org-penjamin", "BPJS Kesehatan (contoh)", hl7("organization-type", "pay", "Payer"))
    return [*found.values(), payer, organization(LARGER_HOSPITAL, "RSUD Seribu Rawa (contoh)", public)]


def organization(id: str, name: str, kind: Element, above: Resource | None = None) -> Resource:
    resource = {
        "resourceType": "Organization",
        "id": id,
        "identifier": [identifier(local_id("organization"), id.upper())],
        "active": True,
        "type": [kind],
        "name": name,
    }
    if above:
        resource["partOf"] = reference(above, above["name"])
    return resource


def locations(organizations: list[Resource]) -> tuple[list[Resource], dict[str, tuple[Resource, ...]]]:
    """All places, and the beds of each ward."""
    owners = {resource["id"]: resource for resource in organizations}
    building = location("gedung-utama", "Gedung Utama", ("bu", "Building"), owners["org-rsud"])
    found = [building]
    for clinic in CLINICS:
        owner = owners[f"poli-{clinic.code.lower()}"]
        room = location(f"ruang-{clinic.code.lower()}", f"Ruang {clinic.label}", ("ro", "Room"), owner, above=building)
        if clinic.code == "EMG":
            room["type"] = [kemkes("location-type", "RT0006", "Instalasi Gawat Darurat")]
        found.append(room)
    for id, name, code, display, department in ROOMS:
        room = location(id, name, ("ro", "Room"), owners[department], above=building)
        if code:
            room["type"] = [kemkes("location-type", code, display)]
        found.append(room)
    beds: dict[str, tuple[Resource, ...]] = {}
    for row in WARDS:
        ward, own = _ward(row, owners["org-rawat-inap"], building)
        found += [ward, *own]
        beds[row[0]] = tuple(own)
    return found, beds


def _ward(row: tuple[str, str, str, str, int], owner: Resource, building: Resource) -> tuple[Resource, list[Resource]]:
    id, name, code, display, size = row
    class_of_service = extension(
        "LocationServiceClass",
        valueCodeableConcept=concept(f"{KEMKES}/CodeSystem/locationServiceClass-Inpatient", code, display),
    )
    ward = location(id, name, ("wa", "Ward"), owner, above=building)
    ward["type"] = [kemkes("location-type", "RT0016", "Ruang Rawat Inap")]
    ward["extension"] = [class_of_service]
    beds = []
    for number in range(1, size + 1):
        bed = location(f"{id}-{number:02d}", f"Tempat Tidur {number}, {name}", ("bd", "Bed"), owner, above=ward)
        bed["type"] = [kemkes("location-type", "RT0004", "Tempat Tidur")]
        bed["operationalStatus"] = {
            "system": "http://terminology.hl7.org/CodeSystem/v2-0116",
            "code": "U",
            "display": "Unoccupied",
        }
        bed["extension"] = [class_of_service]
        beds.append(bed)
    return ward, beds


def location(id: str, name: str, kind: tuple[str, str], owner: Resource, *, above: Resource | None = None) -> Resource:
    resource: Resource = {
        "resourceType": "Location",
        "id": id,
        "identifier": [identifier(local_id("location"), id.upper())],
        "status": "active",
        "name": name,
        "mode": "instance",
        "physicalType": hl7("location-physical-type", *kind),
        "managingOrganization": reference(owner, owner["name"]),
    }
    if above:
        resource["partOf"] = reference(above, above["name"])
    return resource
