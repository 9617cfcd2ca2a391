"""What is released holds what it needs and nothing else, and the files that make a release agree with each
other.
"""

import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
import yaml
from support.repository import PROJECT, ROOT, tracked_files

import stylegan_tf

# Bytes: nineteen lessons, 9 MB; four generators of toy faces, 8 MB (at most 12); other data, 7 MB
LARGEST = 25_000_000
STRAYS = (
    "data/ffhq256/ffhq-r08.tfrecords", "data/ffhq.zip", "data/pretrained/notes.txt", "notebooks/student/00_start_here.ipynb",
    "notebooks/.ipynb_checkpoints/00_start_here-checkpoint.ipynb", "notebooks/runs/weights.npz", "runs/x/latest.npz", ".env",
    "stylegan_tf/__pycache__/cli.cpython-311.pyc",
)  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder with wheel and sdist, built where untracked files lie about as they do with a user."""
    out, copy = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("copy")
    for path in tracked_files():
        if path.parts[len(ROOT.parts)] not in ("tests", "benchmarks", "docs"):
            target = copy / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for name in STRAYS:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("not to be released")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", out], cwd=copy, check=True, capture_output=True
    )
    return out


def sources():
    """The tracked files that a wheel is made of, relative to the repository."""
    names = [path.relative_to(ROOT).as_posix() for path in tracked_files()]
    return [name for name in names if name.split("/")[0] in ("stylegan_tf", "data", "notebooks")]


def wheel_names(folder):
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        return {name for name in file.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_package_data_and_lessons_and_nothing_else(built):
    places = {
        "data": "stylegan_tf/_data",
        "notebooks": "stylegan_tf/_notebooks",
        "stylegan_tf": "stylegan_tf",
    }
    wanted = {"/".join((places[name.split("/")[0]], name.split("/", 1)[1])) for name in sources()}
    assert wheel_names(built) == wanted


def test_the_sdist_holds_what_the_wheel_is_made_of_and_the_texts(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    texts = {
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "CITATION.cff",
        "CONTRIBUTING.md",
        "constraints.txt",
        "environment.yml",
    }
    assert names == {*sources(), *texts, "pyproject.toml", "PKG-INFO", ".gitignore"}


def test_the_sdist_builds_the_same_wheel(built, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    assert wheel_names(folder / "dist") == wheel_names(built)


def test_what_is_released_is_small_and_named_by_the_version(built):
    files = sorted(built.iterdir())
    assert [file.name for file in files] == [
        f"stylegan_tf-{stylegan_tf.__version__}-py3-none-any.whl",
        f"stylegan_tf-{stylegan_tf.__version__}.tar.gz",
    ]
    assert max(file.stat().st_size for file in files) < LARGEST


def test_the_version_is_semantic_and_stands_in_one_place():
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", stylegan_tf.__version__)
    assert "version" not in PROJECT and PROJECT["dynamic"] == ["version"]


def test_the_citation_has_the_version():
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == stylegan_tf.__version__


def test_the_changelog_begins_with_this_version():
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}|unreleased))?$", text, re.MULTILINE)
    released = [heading for heading in headings if heading[0] != "Unreleased"]
    assert headings[0][0] == "Unreleased" and released[0][0] == stylegan_tf.__version__
    kinds = set(re.findall(r"^### (\w+)$", text, re.MULTILINE))
    assert kinds and kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_pre_commit_does_what_make_does():
    """The same flags of nbstripout, and ruff over the same kinds of files."""
    makefile = (ROOT / "Makefile").read_text()
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    entries = {hook["id"]: shlex.split(hook["entry"]) for hook in hooks}
    flags = re.search(r"^STRIP := (.*)$", makefile, re.MULTILINE)[1]
    assert entries["nbstripout"] == ["nbstripout", *shlex.split(flags)]
    assert "/ruff check ." in makefile and "/ruff format --check ." in makefile
    assert entries["ruff-check"][:2] == ["ruff", "check"] and entries["ruff-format"][:2] == ["ruff", "format"]
    assert all(
        {"python", "jupyter"} <= set(hook["types_or"]) for hook in hooks if hook["id"].startswith("ruff")
    )


def workflow(name):
    text = (ROOT / ".github/workflows" / name).read_text()
    return yaml.safe_load(text), text


def test_continuous_integration_has_every_supported_python():
    versions = workflow("test.yml")[0]["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions == ["3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == ">=3.11,<3.14"


@pytest.mark.parametrize("name", ["test.yml", "release.yml"])
def test_workflows_call_targets_of_the_makefile(name):
    called = re.findall(r"\bmake ([\w-]+)", workflow(name)[1])
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(called) <= set(targets) and ("dist" in called or "test-wheel" in called)


def test_a_release_is_published_by_a_tag_without_a_stored_secret():
    jobs, text = workflow("release.yml")[0], workflow("release.yml")[1]
    assert jobs[True]["push"] == {"tags": ["v*"]}  # YAML reads the key "on" as true
    publish = jobs["jobs"]["publish"]
    assert publish["permissions"]["id-token"] == "write" and publish["needs"] == "build"
    assert "secrets." not in text
