"""A patient's own account: bound to the record by a code that the desk printed, or by one that was sent to the
telephone or e-mail on record. Nobody gets in by guessing, and nobody learns who is a patient here."""

from __future__ import annotations

from dataclasses import dataclass

from auth import passwords
from auth.choosing_passwords import CodeRefused, check, set_password
from auth.issuer import Issuer, digest
from auth.one_time_codes import RESET_LIVES, RESET_SYMBOLS, SENT_LIVES, OneTimeCode, as_issued, new_code, new_digits
from auth.people import Contact
from auth.senders import Message
from auth.signing_in import wait_for_turn
from auth.storage import attempts, binds, users
from auth.users import PATIENT, USERNAME, User, username_of
from resources.issues import Text

NAME = Text(
    "A user name has 2 to 64 characters: letters, digits, dot, dash, underscore or @.",
    "Nama pengguna terdiri atas 2 sampai 64 karakter: huruf, angka, titik, tanda hubung, garis bawah, atau @.",
)
TAKEN = Text("This user name is taken. Choose another one.", "Nama pengguna ini sudah dipakai. Pilih yang lain.")
SUBJECT = Text("Code for your account", "Kode untuk akun Anda")


class NameRefused(Exception):
    """This user name may not be chosen. `text`: why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person typed to make an account. `code`: of the desk, or the one that a sent code was changed for."""

    code: str
    username: str
    password: str
    again: str


def ask(issuer: Issuer, nik: str, address: str) -> str:
    """Count a wish for a code and return the secret of the browser that has it. Raises TooManyAttempts."""
    account = f"nik:{digest(nik)}"
    wait_for_turn(issuer, account, address)
    attempts.fail(issuer.database, account, address, issuer.clock())
    return issuer.secret()


def prepare(issuer: Issuer, secret: str, contact: Contact | None, *, hospital: str, language: str) -> Message | None:
    """The message with the code for this patient; None where there is nobody to send it to."""
    code, reachable = new_digits(), contact is not None and (contact.email or contact.telephone)
    allowed = OneTimeCode(issuer.clock() + SENT_LIVES, patient=contact.patient if contact and reachable else None)
    binds.add_sent(issuer.database, digest(secret), digest(f"{secret}:{code}"), allowed)
    if contact is None or not reachable:
        return None
    text = Text(
        f"{hospital}: your code is {code}. It is good for 10 minutes. Give it to nobody, hospital staff included.",
        f"{hospital}: kode Anda {code}. Berlaku 10 menit. Jangan berikan kepada siapa pun, termasuk petugas.",
    )
    subject = SUBJECT.in_language(language)
    return Message(subject, text.in_language(language), email=contact.email, telephone=contact.telephone)


def confirm_sent(issuer: Issuer, secret: str, code: str, address: str) -> str:
    """A longer code in exchange for one that was sent. Raises CodeRefused, TooManyAttempts."""
    wait_for_turn(issuer, None, address)
    now = issuer.clock()
    digits = "".join(filter(str.isdigit, code))
    allowed = binds.claim_sent(issuer.database, digest(secret), digest(f"{secret}:{digits}"), now)
    if allowed is None or allowed.patient is None:
        attempts.fail(issuer.database, None, address, now)
        raise CodeRefused
    longer = new_code(RESET_SYMBOLS)
    binds.add(issuer.database, digest(as_issued(longer)), OneTimeCode(now + RESET_LIVES, patient=allowed.patient))
    return longer


def existing(issuer: Issuer, code: str, address: str) -> str | None:
    """The name of the account that the code's patient has already, None where there is none.

    Raises CodeRefused, TooManyAttempts."""
    account = users.of_person(issuer.database, f"Patient/{_patient(issuer, code, address)}")
    return account.username if account else None


def make_account(issuer: Issuer, chosen: Chosen, address: str) -> None:
    """Use the code: for a new account, or for a new password where the patient has one.

    Raises CodeRefused, TooManyAttempts, NameRefused, PasswordRefused."""
    patient = _patient(issuer, chosen.code, address)
    account = users.of_person(issuer.database, f"Patient/{patient}")
    username = account.username if account else username_of(chosen.username)
    if account is None and not USERNAME.fullmatch(username):
        raise NameRefused(NAME)
    if account is None and users.find(issuer.database, username) is not None:
        raise NameRefused(TAKEN)
    check(username, chosen.password, chosen.again)
    if binds.claim(issuer.database, digest(as_issued(chosen.code)), issuer.clock()) is None:
        raise CodeRefused
    if account is not None:
        set_password(issuer, username, chosen.password)
        return
    user = User(username, PATIENT, passwords.hashed(chosen.password), fhir_user=f"Patient/{patient}")
    if not users.add(issuer.database, user):
        raise CodeRefused


def _patient(issuer: Issuer, code: str, address: str) -> str:
    wait_for_turn(issuer, None, address)
    allowed = binds.find(issuer.database, digest(as_issued(code)), issuer.clock())
    if allowed is None or allowed.patient is None:
        attempts.fail(issuer.database, None, address, issuer.clock())
        raise CodeRefused
    return allowed.patient
