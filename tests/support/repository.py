"""The repository: where it is, its pyproject.toml, the files that git tracks."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked_files():
    """The files of the repository, as git lists them."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git repository")
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]
