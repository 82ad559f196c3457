"""What may be in no file of ours: the host of a package registry, a path of one machine."""

from __future__ import annotations

import re
import subprocess

from tests.house.source import ROOT

REGISTRIES = re.compile(rb"(pypi\.(org|io)|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org)/")
HOME = re.compile(rb"(?<![\w.])/(home/[a-z]+|root|work)/[\w.]")


def tracked() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_names_a_registry_or_a_machine() -> None:
    found = {}
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if match := REGISTRIES.search(content) or HOME.search(content):
            found[name] = match[0]
    assert found == {}


def test_the_locks_pin_by_hash_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        pinned = [line for line in text.splitlines() if re.match(r"^[a-z0-9].*==", line)]
        assert pinned
        assert all(line.endswith("\\") for line in pinned)
        assert not re.search(r"https?://|--index-url|--find-links", text)
