"""The hospital's letterhead, made of its Organization and of what its settings add. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exports import saying
from exports.sheet import Letterhead
from exports.wording import DASH
from fhir_server.messages import Resource


@dataclass(frozen=True, slots=True)
class Stationery:
    """`organization`: the id of the hospital's Organization; `name`: where there is none; `owners`: lines above the
    name, such as PEMERINTAH PROVINSI KALIMANTAN TIMUR; `left`, `right`: logos, PNG or JPEG."""

    organization: str
    name: str
    owners: tuple[str, ...] = ()
    left: bytes = b""
    right: bytes = b""


def letterhead(stationery: Stationery, organization: Resource | None) -> Letterhead:
    """Name, address and contacts of the Organization under the owner's name."""
    rows: list[dict[str, Any]] = (organization or {}).get("address", [])
    place = rows[0] if rows else {}
    contacts = (("phone", "Telepon"), ("fax", "Faksimile"), ("url", "Laman"), ("email", "Pos-el"))
    reached = [f"{word} {value}" for system, word in contacts if (value := saying.telecom(organization, system))]
    address = saying.address(organization)
    lines = [address if address != DASH else "", " · ".join(reached)]
    return Letterhead(
        saying.name(organization).upper() if organization is not None else stationery.name,
        stationery.owners,
        tuple(line for line in lines if line),
        str(place.get("district") or place.get("city") or ""),
        stationery.left,
        stationery.right,
    )
