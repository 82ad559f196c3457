"""Invented names: a given name usual in East Kalimantan, and a tree, an animal or a river for a family name."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

WOMEN = {
    "Kutai": ("Mariani", "Rusdiana", "Sabariah", "Jamilah", "Hairiah", "Asnah", "Salmiah", "Nurlela", "Masitah"),
    "Banjar": ("Norhasanah", "Rusmini", "Siti Raudah", "Noorlaila", "Mahrita", "Halimatus", "Norjanah", "Rabiatul"),
    "Dayak": ("Bulan", "Hanyeq", "Lehai", "Usun", "Martina", "Yuliana", "Ping", "Kristina", "Bungan"),
    "Bugis": ("Nurhayati", "Becce", "Hasnawati", "Tenri", "Rosmiati", "Suriani", "Hartati", "Darmawati"),
    "Jawa": ("Sri Wahyuni", "Wagiyem", "Siti", "Endang", "Suparmi", "Dwi Lestari", "Rini", "Sumiati", "Tri Astuti"),
}
MEN = {
    "Kutai": ("Awaluddin", "Hairil", "Johansyah", "Encik", "Sabran", "Mursidi", "Asmuni", "Jamhari", "Rusdi"),
    "Banjar": ("Syarifuddin", "Zaini", "Norhadi", "Rahmadi", "Utuh", "Ahmad Gazali", "Masrani", "Akhmad Rifani"),
    "Dayak": ("Lejau", "Ngau", "Usat", "Ding", "Lahai", "Yohanes", "Markus", "Jalung", "Petrus"),
    "Bugis": ("Ambo", "Baso", "Sudirman", "Arifin", "Kamaruddin", "Saharuddin", "Hasanuddin", "Mappa"),
    "Jawa": ("Slamet", "Sutrisno", "Budi", "Suparman", "Joko", "Agus", "Wahyu", "Eko", "Tri", "Suyono"),
}
GIRLS = ("Aisyah", "Nayla", "Zahra", "Putri", "Kirana", "Salsabila", "Aqila", "Debora", "Ratih", "Intan")
BOYS = ("Rizky", "Fajar", "Rafi", "Alif", "Bima", "Dimas", "Gilang", "Yosef", "Naufal", "Arya")
INVENTED = (
    *("Ulin", "Meranti", "Enggang", "Mahoni", "Keruing", "Bekantan", "Gaharu", "Ramin", "Pesut", "Bengkirai", "Rambai"),
    *("Kapur", "Tengkawang", "Anggrek", "Kuau", "Damar", "Rotan", "Pandan", "Nipah", "Kantan", "Lembayung", "Kelubut"),
    *("Sempaka", "Kecubung", "Mandau", "Sampan", "Riam", "Kuala", "Tanjung", "Purun", "Kelapa", "Cempedak", "Belida"),
)
STREETS = ("Enggang", "Ulin Raya", "Meranti", "Pesut", "Anggrek Hitam", "Riam Indah", "Bekantan", "Gaharu", "Sampan")

CULTURES = tuple(WOMEN)
LANGUAGES = {"Kutai": "vkt", "Banjar": "bjn", "Dayak": "id-ID", "Bugis": "bug", "Jawa": "jv"}


@dataclass(frozen=True, slots=True)
class Name:
    """`family` is None for the many who have one name only; `text` is the whole name."""

    text: str
    given: str
    family: str | None


def adult(rng: Random, gender: str, culture: str) -> Name:
    """One in six has a single name."""
    given = rng.choice((WOMEN if gender == "female" else MEN)[culture])
    if rng.random() < 1 / 6:
        single = given.split()[-1]
        return Name(single, single, None)
    family = rng.choice(INVENTED)
    return Name(f"{given} {family}", given, family)


def child(rng: Random, gender: str) -> Name:
    given = rng.choice(GIRLS if gender == "female" else BOYS)
    family = rng.choice(INVENTED)
    return Name(f"{given} {family}", given, family)


def newborn(mother: Name) -> Name:
    """A child without papers yet is called after the mother."""
    text = f"Bayi Ny. {mother.text}"
    return Name(text, text, None)
