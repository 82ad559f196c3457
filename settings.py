"""Every setting of the server: an RSUD_* environment variable, typed, with its default and what it is for."""

import re
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "RSUD_"
MAIL_SERVER = re.compile(r"smtps?://([^\s@/]+@)?[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


class SettingsRefused(Exception):
    """A setting cannot be what it was given; the text is one line naming it."""


class Settings(BaseSettings):
    """The settings of one process. Command-line flags go in as keyword arguments and win over the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=1, le=65535, description="TCP port to listen on")
    data_dir: Path = Field(Path("var"), description="Folder of the embedded MongoDB's data, socket and log")
    workers: int = Field(1, ge=1, le=64, description="Number of server processes; one per core is plenty")
    mongodb_uri: SecretStr | None = Field(
        None, description="Use this MongoDB replica set (`mongodb://…`) instead of the embedded one"
    )
    mongodb_database: str = Field(
        "rsud", pattern=r"^[A-Za-z0-9_-]{1,38}$", description="Name of the database in MongoDB"
    )
    mongod: Path | None = Field(
        None, description="The mongod program of the embedded MongoDB; otherwise the one on PATH, else the bundled one"
    )
    open: bool = Field(False, description="Switch authentication off: every caller may do everything; loopback only")
    demo: bool = Field(False, description="Seed the demo hospital when the database is empty")
    demo_patients: int = Field(200, ge=1, le=280_000, description="Number of patients in the demo hospital")
    base_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Public URL of the FHIR base, when a proxy stands before the server; else made of host and port",
    )
    policy_file: Path | None = Field(
        None, description="What each role may do, in TOML as in auth/policy.toml; else the policy that comes along"
    )
    hospital_name: str = Field(
        "Rumah Sakit Umum Daerah", min_length=1, max_length=60, description="Name of the hospital on the sign-in pages"
    )
    smtp_url: SecretStr | None = Field(
        None, description="Mail server for one-time codes: `smtp://user:password@host:587`, or `smtps://…:465`"
    )
    mail_from: str = Field("rekam-medis@localhost", description="Address that the hospital's e-mail comes from")
    audit_events: bool = Field(True, description="Make AuditEvents and Provenances of the journal in these processes")
    audit_key: Path | None = Field(
        None,
        description="Ed25519 key in PEM that the audit trail is signed with; else `audit-key.pem` in the data folder",
    )
    audit_heads: Path | None = Field(
        None, description="Signed copy of where the audit trail has come to; else `audit-heads.log` in the data folder"
    )
    time_zone: str = Field("Asia/Makassar", description="IANA time zone of the hospital")
    language: Literal["id", "en"] = Field("id", description="Language of messages when the request names none")
    max_body_bytes: int = Field(10 * 1024**2, ge=1024, description="Largest request body, in bytes")
    max_binary_bytes: int = Field(25 * 1024**2, ge=1024, description="Largest Binary, in bytes")
    rate_per_token: int = Field(6000, ge=0, description="Requests a minute with one token; 0 is no limit")
    rate_per_address: int = Field(
        600, ge=0, description="Requests a minute of one address without a token, such as signing in; 0 is no limit"
    )
    proxies: int = Field(
        0, ge=0, le=9, description="Number of own proxies before the server, each of which sets X-Forwarded-For"
    )
    booking_days: int = Field(30, ge=0, le=365, description="How many days ahead one may book")
    booking_cutoff_minutes: int = Field(
        60, ge=0, description="Booking of a session ends so many minutes before the session does"
    )
    booking_cancel_minutes: int = Field(
        60, ge=0, description="Until so many minutes before a session patients cancel and reschedule"
    )
    booking_hold_minutes: float = Field(5, gt=0, le=60, description="How long a place is held for who books")
    booking_promised_minutes: float = Field(
        30, gt=0, description="How long a place that frees is held for the first of the waiting list"
    )
    booking_referral_days: int = Field(90, ge=1, description="How many days old a referral may be on the day")
    booking_collective_leave: bool = Field(
        True, description="Whether sessions are closed on collective leave (cuti bersama), as on national holidays"
    )
    check_in_minutes: int = Field(120, ge=0, description="Check-in opens so many minutes before a session")
    registration_point: str = Field(
        "loket-pendaftaran", description="Id of the Location where new patients go first after check-in"
    )
    pharmacy_point: str = Field("farmasi", description="Id of the Location where outpatients wait for their medicine")
    organization: str = Field(
        "100099999",
        pattern=r"^[0-9A-Za-z-]{1,40}$",
        description="Number of the hospital at SATUSEHAT, at the end of its identifier systems",
    )
    bpjs_mirror_status: bool = Field(
        False, description="Antrean RS of BPJS: send the code of an answer as status of HTTP too, instead of 200"
    )
    bpjs_token_minutes: int = Field(60, ge=1, le=1440, description="Antrean RS of BPJS: how long a token is good")
    bpjs_early_minutes: int = Field(
        60, ge=0, description="Antrean RS of BPJS: how many minutes early patients are asked to come"
    )
    letterhead_organization: str = Field(
        "org-rsud", description="Id of the Organization whose name, address and contacts stand on documents"
    )
    letterhead_owners: str = Field(
        "", description="Lines above the hospital's name on documents, parted by `;`: its owner, such as the province"
    )
    letterhead_left: Path | None = Field(None, description="Logo at the left of the letterhead: PNG or JPEG")
    letterhead_right: Path | None = Field(None, description="Logo at the right of the letterhead: PNG or JPEG")
    signing_keys: Path | None = Field(
        None, description="Folder of signing keys, <Practitioner id>.p12, each opened with its owner's passphrase"
    )
    bsre_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="e-Sign client service of BSrE, which signs instead of keys of one's own",
    )
    bsre_user: str = Field("", description="User of the hospital's application at the service of BSrE")
    bsre_password: SecretStr = Field(SecretStr(""), description="Its password")
    verify_per_address: int = Field(
        60,
        ge=0,
        description="Documents, shared summaries and wrong booking codes of one address a minute; 0 is no limit",
    )
    export_workers: int = Field(1, ge=1, le=16, description="Processes that draw documents, for each server process")
    board_names: bool = Field(False, description="Show masked names (S*** R***) beside the numbers on the boards")
    search_timeout_ms: int = Field(5000, ge=1, description="Longest time a search may take in MongoDB, in milliseconds")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log lines shown")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as problem:
            raise ValueError("is not an IANA time zone") from problem
        return name

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not MAIL_SERVER.fullmatch(url.get_secret_value()):
            raise ValueError("is not smtp://user:password@host:587 or smtps://user:password@host:465")
        return url

    @property
    def root_url(self) -> str:
        """Where a browser on this machine finds the server: `http://127.0.0.1:8080`, without a slash at the end."""
        address = EVERY_ADDRESS.get(self.host, self.host)
        return f"http://[{address}]:{self.port}" if ":" in address else f"http://{address}:{self.port}"

    @property
    def fhir_base(self) -> str:
        """The absolute URL of the FHIR base, without a slash at the end."""
        return (self.base_url or f"{self.root_url}/fhir").rstrip("/")

    @property
    def issuer(self) -> str:
        """The public root of the server, which tokens name as their issuer: the FHIR base without /fhir."""
        return self.fhir_base.removesuffix("/fhir")

    @property
    def audit_key_file(self) -> Path:
        return self.audit_key or self.data_dir / "audit-key.pem"

    @property
    def audit_heads_file(self) -> Path:
        return self.audit_heads or self.data_dir / "audit-heads.log"

    def to_environment(self) -> dict[str, str]:
        """The same settings as variables for another process. The MongoDB URI with its password is among them."""
        return {
            variable(name): value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name, value in self
            if value is not None
        }

    def with_mongodb(self, uri: str) -> Self:
        """The same settings with the MongoDB that was found or started."""
        return self.model_copy(update={"mongodb_uri": SecretStr(uri)})


def variable(name: str) -> str:
    """The environment variable of a setting: `port` -> `RSUD_PORT`."""
    return PREFIX + name.upper()


def load(**flags: Any) -> Settings:
    """The settings from the environment, under the flags given; raises SettingsRefused."""
    try:
        return Settings(**flags)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        name = variable(str(first["loc"][0])) if first["loc"] else "settings"
        raise SettingsRefused(f"{name} (or its flag): {first['msg'].removeprefix('Value error, ')}.") from None


def table() -> str:
    """Every setting as the Markdown table of the README."""
    rows = ["| Variable | Default | What it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{variable(name)}` | {default} | {field.description} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
