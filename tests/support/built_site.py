"""Builds the site in a process of its own, and reads its pages."""

import fcntl
import html.parser
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent.parent
LIMIT = 6_000_000  # bytes that the front page may load


def build_site(tmp_path_factory) -> Path:
    """The site, built once for all processes of this run of pytest. A warning of Sphinx is an error."""
    # The processes of pytest-xdist have folders of their own, in one that they share.
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    site = folder / "site"

    # The first process builds it, and the others wait.
    with open(folder / "site.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site.built").exists():
            command = [sys.executable, ROOT / "docs" / "site" / "build.py", site]
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
            assert done.returncode == 0, done.stderr[-3000:]
            (folder / "site.built").touch()
    return site


class Page(html.parser.HTMLParser):
    """What a page links, loads and names.

    ``links``: (address, text) of its anchors; ``images``: attributes of its pictures; ``places``: its ids;
    ``classes``.
    """

    def __init__(self, path):
        super().__init__()
        self.path, self.links, self.loads, self.images = path, [], [], []
        self.places, self.classes, self.open_link = set(), set(), False
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        self.places.add(found.get("id"))
        self.classes.update(found.get("class", "").split())
        if tag == "a" and "href" in found:
            self.links.append((found["href"], ""))
            self.open_link = True
        if "src" in found:
            self.loads.append(found["src"])
        if tag == "link" and {"stylesheet", "icon", "preload"} & set(found["rel"].split()):
            self.loads.append(found["href"])
        if tag == "img":
            self.images.append(found)

    def handle_endtag(self, tag):
        self.open_link = self.open_link and tag != "a"

    def handle_data(self, text):
        if self.open_link:
            self.links[-1] = (self.links[-1][0], self.links[-1][1] + text)

    def target(self, link) -> tuple[Path, str] | None:
        """The file and the place in it that a link leads to; None for a link to another host."""
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            return None
        path = Path(os.path.normpath(self.path.parent / unquote(parts.path))) if parts.path else self.path
        return path, unquote(parts.fragment)

    def files(self) -> set[Path]:
        """What a browser fetches to show the page: scripts, styles, pictures."""
        return {found[0] for link in self.loads if (found := self.target(link))}
