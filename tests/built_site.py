"""Builds the site in a process of its own, and reads its pages."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

ROOT = Path(__file__).parent.parent
LIMIT = 6_000_000  # bytes that the front page may load


def build_site(folder) -> Path:
    """The site in ``folder / "site"``. A warning of Sphinx is an error."""
    command = [sys.executable, ROOT / "docs" / "site" / "build.py", folder / "site"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "site"


def parse(page) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(), "html.parser")


def target(page, link) -> tuple[Path, str] | None:
    """The file and the place in it that a link of a page leads to; None for a link to another host."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return path, unquote(parts.fragment)


def loaded(soup) -> list[str]:
    """What a browser fetches to show the page: scripts, styles, pictures."""
    links = [tag["src"] for tag in soup.select("script[src], img[src], iframe[src], source[src]")]
    return links + [tag["href"] for tag in soup.select("link[href]") if set(tag["rel"]) & {"stylesheet", "icon", "preload"}]
