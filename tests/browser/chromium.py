"""The browser of the browser tests: where it is, and how it gets there.

python -m tests.browser.chromium      installs one where none is found
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAY_OUT = (
    "no Chromium was found, and these tests need one: `make test` installs it, or do it by hand with "
    "`apt-get install chromium` or `playwright install chromium`"
)
SWITCHES = ("--no-sandbox",) if os.geteuid() == 0 else ()
"""Chromium refuses its sandbox to root, as whom tests run in containers."""


def find(own: str) -> str | None:
    """The path of a Chromium: the machine's, else Playwright's own."""
    return next(filter(None, map(shutil.which, NAMES)), own if Path(own).is_file() else None)


def install(own: str) -> bool:
    """Install one: by the machine's packages where we may, else by Playwright; False when neither works."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
            subprocess.run(words, check=False, env=quietly, stdout=subprocess.DEVNULL)
    if not find(own):
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find(own) is not None


def main() -> None:
    """Install a browser where there is none; tests that need one fail without it, the others do not."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if not find(own) and not install(own):
        sys.stdout.write(f"{WAY_OUT}\n")


if __name__ == "__main__":
    main()
