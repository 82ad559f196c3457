"""`python -m tests.portal.browser.pictures FOLDER [PATH...]`: every page, or those below /portal that are named, as a
telephone and a screen show it, in both languages."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser

from auth.users import User
from fhir_server.store import mongod
from main import open_record
from tests.portal.addresses import addresses, pages
from tests.portal.browser.hospital import Hospital, serving
from tests.portal.browser.surfing import LANGUAGES, PHONE, SCREEN, chromium, window


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rsud-pictures-") as name, mongod.running(Path(name)) as database:
        asyncio.run(_taken(Path(name), database.uri, options.folder, options.paths))


async def _taken(folder: Path, uri: str, pictures: Path, paths: list[str]) -> None:
    async with serving(folder, uri, "pictures") as hospital, chromium() as browser:
        async with open_record(hospital.settings) as record:
            found = pages(await addresses(record, hospital.patient))
        wanted = paths or list(found)
        signed_out = [path for path in wanted if not found.get(path)]
        for language in LANGUAGES:
            await _shot(browser, hospital, hospital.mother, (pictures, language), paths=wanted)
            await _shot(browser, hospital, None, (pictures / "signed-out", language), paths=signed_out)


async def _shot(
    browser: Browser, hospital: Hospital, user: User | None, to: tuple[Path, str], *, paths: list[str]
) -> None:
    folder, language = to
    for size in (PHONE, SCREEN):
        async with window(browser, hospital, user, size=size, language=language) as page:
            for path in paths:
                await page.goto(f"{hospital.url}/portal{path}")
                name = path.strip("/").replace("/", "_") or "home"
                await page.screenshot(path=folder / f"{name}-{size[0]}-{language}.png", full_page=size == PHONE)


if __name__ == "__main__":
    main()
