"""Units and forms of medicines as people write them, by their codes. https://ucum.org"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["id", "en"]

SAME = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "10*3/uL": "10³/µL",
    "10*6/uL": "10⁶/µL",
    "10*3/mm3": "10³/mm³",
    "10*6/mm3": "10⁶/mm³",
    "10*9/L": "10⁹/L",
    "10*12/L": "10¹²/L",
    "/uL": "/µL",
    "kg/m2": "kg/m²",
    "m2": "m²",
    "uL": "µL",
    "ug": "µg",
    "umol/L": "µmol/L",
    "ug/dL": "µg/dL",
    "ug/L": "µg/L",
    "ug/mL": "µg/mL",
    "u[IU]/mL": "µIU/mL",
    "m[IU]/mL": "mIU/mL",
    "[IU]/L": "IU/L",
    "[IU]/mL": "IU/mL",
    "[IU]": "IU",
    "[iU]": "IU",
    "[pH]": "",
    "[ppm]": "ppm",
    "{score}": "",
    "{index}": "",
    "{ratio}": "",
    "{INR}": "",
    "1": "",
}
"""UCUM code -> what is printed in either language; none for what has no unit."""

WORDS: Mapping[str, tuple[str, str]] = {
    "/min": ("x/menit", "/min"),
    "{beats}/min": ("x/menit", "/min"),
    "{breaths}/min": ("x/menit", "/min"),
    "L/min": ("L/menit", "L/min"),
    "mL/min": ("mL/menit", "mL/min"),
    "mL/min/{1.73_m2}": ("mL/menit/1,73 m²", "mL/min/1.73 m²"),
    "mL/min/1.73.m2": ("mL/menit/1,73 m²", "mL/min/1.73 m²"),
    "mm/h": ("mm/jam", "mm/h"),
    "/[HPF]": ("/LPB", "/HPF"),
    "/[LPF]": ("/LPK", "/LPF"),
    "s": ("detik", "s"),
    "min": ("menit", "minutes"),
    "h": ("jam", "hours"),
    "d": ("hari", "days"),
    "wk": ("minggu", "weeks"),
    "mo": ("bulan", "months"),
    "a": ("tahun", "years"),
    "{dose}": ("dosis", "doses"),
    "[drp]": ("tetes", "drops"),
    "TAB": ("tablet", "tablets"),
    "FCTAB": ("tablet salut", "tablets"),
    "ECTAB": ("tablet salut enterik", "tablets"),
    "ERTAB": ("tablet lepas lambat", "tablets"),
    "CHEWTAB": ("tablet kunyah", "chewable tablets"),
    "SLTAB": ("tablet sublingual", "tablets"),
    "CAP": ("kapsul", "capsules"),
    "ERCAP": ("kapsul lepas lambat", "capsules"),
    "SYRUP": ("botol sirup", "bottles of syrup"),
    "SUSP": ("botol suspensi", "bottles of suspension"),
    "SOL": ("botol larutan", "bottles of solution"),
    "POWD": ("bungkus", "sachets"),
    "INJ": ("ampul/vial", "ampoules or vials"),
    "INJSOL": ("ampul/vial", "ampoules or vials"),
    "IVSOL": ("botol infus", "bags of infusion"),
    "CRM": ("tube krim", "tubes of cream"),
    "OINT": ("tube salep", "tubes of ointment"),
    "OPDROP": ("botol tetes mata", "bottles of eye drops"),
    "OTDROP": ("botol tetes telinga", "bottles of ear drops"),
    "INHL": ("inhaler", "inhalers"),
    "SUPP": ("supositoria", "suppositories"),
}
"""UCUM code, or code of v3-orderableDrugForm -> what is printed in Bahasa Indonesia and in English."""

PIECES = {"TAB": "tablet", "FCTAB": "tablet", "ECTAB": "tablet", "CHEWTAB": "chewable tablet", "CAP": "capsule"}
"""Forms that are counted in pieces, in English."""


def printed(quantity: Mapping[str, Any], language: Language = "id") -> str:
    """The unit of a Quantity; of a code that is not known here its own words."""
    sent = (str(quantity[name]) for name in ("code", "unit") if quantity.get(name))
    for unit in sent:
        if unit in SAME:
            return SAME[unit]
        if unit in WORDS:
            return WORDS[unit][language == "en"]
    return str(quantity.get("unit") or quantity.get("code") or "")
