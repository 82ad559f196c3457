"""What the README says of the patients' pages: its commands make an account, and whoever signs in with it is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from anyio import to_thread
from playwright.async_api import Browser

from tests.portal.browser.hospital import Hospital
from tests.portal.browser.surfing import window
from tests.processes import ROOT

README = (ROOT / "README.md").read_text()
PART = README.partition("## Patients' pages")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```bash\n(.*?)^```", PART, re.MULTILINE | re.DOTALL)
USER, PASSWORD = "siti", "jerapah menari di atas kompor"


def commands(hospital: Hospital, folder: Path) -> None:
    """Those that are typed beside a server, here one with its MongoDB elsewhere."""
    assert hospital.settings.mongodb_uri is not None
    variables = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "RSUD_MONGODB_URI": hospital.settings.mongodb_uri.get_secret_value(),
        "RSUD_MONGODB_DATABASE": hospital.settings.mongodb_database,
    }
    script = BLOCKS[1].replace(".venv/bin/rsud", f"{sys.executable} -m cli")
    done = subprocess.run(
        ["bash", "-ec", script], cwd=folder, env=variables, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


async def test_the_account_of_the_readme(chromium: Browser, hospital: Hospital, tmp_path: Path) -> None:
    assert BLOCKS[0] == ".venv/bin/rsud serve --demo\n"
    assert USER in PART
    await to_thread.run_sync(commands, hospital, tmp_path)
    async with window(chromium, hospital) as page:
        await page.goto(f"{hospital.url}/portal")
        await page.click("nav >> text=Masuk")
        await page.fill("#username", USER)
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        assert page.url == f"{hospital.url}/portal"
        await page.click("text=Ganti orang")
        assert await page.locator("button[value='pasien-000002']").count(), "she acts for this one"
