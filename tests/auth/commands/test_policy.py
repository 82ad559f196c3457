"""`rsud policy`: the table says what the policy file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from auth.commands.policy import lines
from auth.policy import DEFAULT, load
from resources.definitions.structure import resource_types
from tests.processes import ROOT, run, start


def test_the_table_has_every_right_of_every_role() -> None:
    marked = {}
    for line in lines(load()):
        if line and not line.startswith(" "):
            role = line.split()[0]
        elif line and not line.strip().startswith("input"):
            name, marks = line[2:38].strip(), line[38:].ljust(27)
            letters = [right for right, place in (("c", 0), ("ud", 9), ("rs", 18)) if "x" in marks[place : place + 9]]
            marked[role, name] = set("".join(letters))
    for name, role_of in load().roles.items():
        for type in resource_types():
            shown = marked.get((name, type), set()) | marked.get((name, "*"), set())
            assert shown == set(role_of.permissions(type)), (name, type)


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (
            "dokter",
            "dokter (patients: treated for 90 days, labels: R V, purpose: TREAT, corrects what it signed for 48 hours,"
            " break-glass)",
        ),
        ("pmik", "pmik (patients: all, labels: R, purpose: HOPERAT, approves corrections)"),
        ("kasir", "kasir (patients: all, labels: -, purpose: HPAYMT, corrects what it signed for 48 hours)"),
    ],
)
def test_a_role_says_what_it_is_about(role: str, told: str) -> None:
    assert next(iter(lines(load(), [role]))) == told


def test_the_command(tmp_path: Path) -> None:
    status, output, errors = run(tmp_path, "policy", "--role", "kasir", "--role", "sistem", PYTHONPATH=str(ROOT))
    assert (status, errors) == (0, "")
    assert [line.split()[0] for line in output.splitlines() if line and line[0] != " "] == ["kasir", "sistem"]
    assert [line.split() for line in output.splitlines() if "Invoice" in line] == [["Invoice", "x", "x", "x"]]
    assert list(tmp_path.iterdir()) == [], "no database is started for it"


def test_who_has_seen_enough_may_stop_reading(tmp_path: Path) -> None:
    process = start(tmp_path, "policy", PYTHONPATH=str(ROOT))
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert (process.stderr.read(), process.wait(30)) == ("", 1)
    process.stderr.close()


def test_a_file_that_is_not_in_use_yet(tmp_path: Path) -> None:
    draft = tmp_path / "kebijakan.toml"
    draft.write_text(DEFAULT.read_text(encoding="utf-8").replace("hours = 48", "hours = 24"), encoding="utf-8")
    place = {"PYTHONPATH": str(ROOT), "RSUD_POLICY_FILE": "tidak-ada.toml"}
    assert "24 hours" in run(tmp_path, "policy", "--policy-file", str(draft), **place)[1]
    status, output, errors = run(tmp_path, "policy", **place)
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("rsud: tidak-ada.toml")
