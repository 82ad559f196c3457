"""Who may sign in: accounts of the hospital's staff, of its patients and of those who act for a patient."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

PATIENT = "pasien"
PROXY = "wali"
ROLES = (
    "dokter",
    "perawat",
    "bidan",
    "farmasi",
    "laboratorium",
    "radiologi",
    "pmik",
    "pendaftaran",
    "kasir",
    "manajemen",
    "it",
    PATIENT,
    PROXY,
)
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
FHIR_USER = re.compile(r"(?:Practitioner|Patient|RelatedPerson)/[A-Za-z0-9.-]{1,64}")


class UserRefused(Exception):
    """This account cannot be; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """The account may act for a patient. `patient`: the id of the Patient; `until`: the last day."""

    patient: str
    until: date


@dataclass(frozen=True, slots=True)
class User:
    """One account. `password_hash`: argon2id, None until the person has chosen a password;
    `fhir_user`: the resource of the person, such as Practitioner/1; `totp_secret`: base32, None where
    there is no second factor yet; `acts_for`: the patients whose record the account may open in their place."""

    username: str
    role: str
    password_hash: str | None
    fhir_user: str | None = None
    totp_secret: str | None = None
    disabled: bool = False
    acts_for: tuple[Proxy, ...] = ()

    @property
    def is_staff(self) -> bool:
        return self.role not in (PATIENT, PROXY)

    @property
    def patient(self) -> str | None:
        """The id of the Patient whom the account belongs to."""
        type, _, id = (self.fhir_user or "").partition("/")
        return id if type == "Patient" else None

    def patients(self, today: date) -> tuple[str, ...]:
        """The ids of the Patients whose records the account may open as their own or in their place."""
        own = (self.patient,) if self.patient else ()
        return own + tuple(proxy.patient for proxy in self.acts_for if today <= proxy.until)


def username_of(text: str) -> str:
    """The account name that a person means: without spaces around it and in lower case. It may be no valid one."""
    return unicodedata.normalize("NFKC", text.encode(errors="replace").decode()).strip().lower()


def check(username: str, fhir_user: str | None) -> None:
    """Raise UserRefused where a name cannot be an account's, or a reference not a person's."""
    if not USERNAME.fullmatch(username):
        raise UserRefused("A user name has 2 to 64 characters: a-z, 0-9, dot, dash, underscore or @.")
    if fhir_user is not None and not FHIR_USER.fullmatch(fhir_user):
        raise UserRefused("--fhir-user is Practitioner/<id>, Patient/<id> or RelatedPerson/<id>.")
