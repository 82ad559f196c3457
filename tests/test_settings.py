"""Settings: the environment, the flags over it, refusals, and the way to another process."""

from pathlib import Path

import pytest
from pydantic import ValidationError

import settings
from settings import Settings, SettingsRefused


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(settings.variable(name), raising=False)


def test_defaults_are_safe() -> None:
    loaded = settings.load()
    assert (loaded.host, loaded.open, loaded.demo, loaded.mongodb_uri) == ("127.0.0.1", False, False, None)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("port", "81", 81),
        ("data_dir", "/srv/rsud", Path("/srv/rsud")),
        ("open", "true", True),
        ("open", "0", False),
        ("language", "en", "en"),
        ("base_url", "https://rsud.example/fhir", "https://rsud.example/fhir"),
        ("base_url", "", None),
    ],
)
def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object) -> None:
    monkeypatch.setenv(settings.variable(name), text)
    assert getattr(settings.load(), name) == value


def test_flags_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RSUD_PORT", "81")
    assert settings.load(port="82").port == 82


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "65536"),
        ("port", "web"),
        ("workers", "0"),
        ("language", "fr"),
        ("time_zone", "Samarinda"),
        ("time_zone", "../passwd"),
        ("base_url", "rsud.example"),
        ("base_url", "https://rsud.example/fhir?x=1"),
        ("mongodb_database", "a.b"),
        ("max_body_bytes", "-1"),
        ("log_level", "loud"),
        ("smtp_url", "mail.example"),
        ("smtp_url", "http://mail.example"),
        ("smtp_url", "smtp://"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(settings.variable(name), value)
    with pytest.raises(SettingsRefused, match=settings.variable(name)) as refused:
        settings.load()
    assert "\n" not in str(refused.value)


def test_another_process_gets_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = settings.load(open=True, port=81, data_dir="/srv/rsud").with_mongodb("mongodb://u:secret@db/?replicaSet=rs0")
    for name, value in here.to_environment().items():
        monkeypatch.setenv(name, value)
    assert settings.load() == here


def test_the_password_is_not_shown() -> None:
    loaded = settings.load().with_mongodb("mongodb://u:secret@db/")
    assert "secret" not in f"{loaded!r} {loaded}"
    assert "secret" in loaded.to_environment()["RSUD_MONGODB_URI"]


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        setattr(settings.load(), "port", 1)  # noqa: B010 - mypy knows that it is frozen


@pytest.mark.parametrize(
    ("flags", "base"),
    [
        ({}, "http://127.0.0.1:8080/fhir"),
        ({"host": "0.0.0.0", "port": 81}, "http://127.0.0.1:81/fhir"),
        ({"host": "::"}, "http://[::1]:8080/fhir"),
        ({"host": "::1"}, "http://[::1]:8080/fhir"),
        ({"base_url": "https://rsud.example/fhir/"}, "https://rsud.example/fhir"),
    ],
)
def test_fhir_base(flags: dict[str, object], base: str) -> None:
    assert settings.load(**flags).fhir_base == base


def test_the_table_documents_every_setting() -> None:
    rows = settings.table().splitlines()[2:]
    assert len(rows) == len(Settings.model_fields)
    for name, row in zip(Settings.model_fields, rows, strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[0] == f"`{settings.variable(name)}`"
        assert len(cells) == 3
        assert len(cells[2]) > 10
