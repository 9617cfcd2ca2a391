"""tools/address.py: the repository's address stands in one line, and one command writes it into the others."""

import shutil
import subprocess
import sys

import pytest
from support.repository import PROJECT, ROOT, tracked_files

OURS = PROJECT["urls"]["Repository"].removeprefix("https://github.com/")


def run(*arguments):
    command = [sys.executable, ROOT / "tools/address.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def fork(tmp_path):
    """A copy of every file that names the repository; ``python tools/address.py --root`` works on it."""
    for path in tracked_files():
        if OURS.encode() in path.read_bytes():
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return tmp_path


def write_line(fork, url):
    """The one line that a fork changes."""
    text = (fork / "pyproject.toml").read_text()
    (fork / "pyproject.toml").write_text(text.replace(f"https://github.com/{OURS}", url))


def test_every_file_has_the_address_of_pyproject():
    checked = run("--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_after_one_line_and_the_command_no_file_has_the_old_address(fork):
    write_line(fork, "https://github.com/ada/my-gan")
    assert run("--root", fork, "--check").returncode == 1
    assert run("--root", fork).returncode == 0
    assert run("--root", fork, "--check").returncode == 0
    files = [path for path in fork.rglob("*") if path.is_file()]
    assert [path for path in files if b"ada/my-gan" in path.read_bytes()] == files
    assert not [path for path in files if OURS.encode() in path.read_bytes()]


def test_only_the_address_changes(fork):
    before = {path: path.read_bytes() for path in fork.rglob("*") if path.is_file()}
    write_line(fork, "https://github.com/ada/my-gan")
    run("--root", fork)
    for path, content in before.items():
        assert path.read_bytes() == content.replace(OURS.encode(), b"ada/my-gan")


def test_a_place_that_colab_cannot_open_is_refused(fork):
    write_line(fork, "https://example.org/ada/my-gan")
    refused = run("--root", fork)
    assert refused.returncode == 2 and "write it as https://github.com/OWNER/NAME" in refused.stderr


def test_a_file_that_lost_its_place_for_the_address_is_named(fork):
    (fork / "README.md").write_text("no badge")
    assert "README.md has nothing like" in run("--root", fork).stderr
