"""The files around the code agree with each other and with it."""

import hashlib
import re

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.repository import PROJECT, ROOT, tracked_files

from stylegan_tf.data import digits
from stylegan_tf.runs import checkpoints, shipped

CONSTRAINTS = ("constraints.txt", "constraints-oldest.txt")
GRADERS = "constraints-graders.txt"
COLAB = "constraints-colab.txt"
BINARY = {
    ".npz",
    ".npy",
    ".webp",
    ".pkl",
    ".png",
    ".jpg",
    ".gif",
    ".keras",
    ".tfrecords",
    ".labels",
    ".pth",
    ".tar",
}


def pins(name):
    """{package: version} of the lines ``package==version`` of a file; "- " before them as in environment.yml."""
    found = re.findall(r"^[\s-]*([A-Za-z0-9._-]+)==(\S+)$", (ROOT / name).read_text(), re.MULTILINE)
    assert found, f"{name} pins nothing"
    versions = {canonicalize_name(package): version for package, version in found}
    assert len(versions) == len(found), f"{name} names a package twice"
    return versions


def requirements(*extras):
    """Ranges of pyproject.toml: those of the package and of the named extras, {package: specifier}."""
    lines = PROJECT["dependencies"] + [
        line for extra in extras for line in PROJECT["optional-dependencies"][extra]
    ]
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in parsed if r.name != PROJECT["name"]}


def test_data_files_are_listed_with_their_sums():
    table = dict(
        re.findall(
            r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", (ROOT / "data/README.md").read_text(), re.MULTILINE
        )
    )
    files = {
        path.relative_to(ROOT / "data").as_posix(): path
        for path in (ROOT / "data").rglob("*")
        if path.is_file()
    }
    del files["README.md"]
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == table
    assert digits._SHA256 == table["mnist_10k.npz"]


def test_shipped_models_are_those_with_a_config():
    files = [path for path in sorted((ROOT / "data/pretrained").glob("*.npz")) if "about" in np.load(path)]
    assert sorted(shipped.SHIPPED) == [path.stem for path in files]
    assert all("dataset" in checkpoints.read_checkpoint(path)[0] for path in files)


@pytest.mark.parametrize("name", [*CONSTRAINTS, GRADERS, COLAB])
def test_constraints_pin_every_requirement_within_its_range(name):
    versions = pins(name)
    own = {GRADERS: ["graders"], COLAB: ["colab"]}
    extras = own.get(name, set(PROJECT["optional-dependencies"]) - {"graders"})
    for package, allowed in requirements(*extras).items():
        assert allowed.contains(versions[package]), (
            f"{name} has {package} {versions[package]}; pyproject.toml wants {allowed}"
        )


def test_oldest_constraints_are_the_lowest_allowed():
    versions = pins("constraints-oldest.txt")
    for package, allowed in requirements().items():
        lowest = [bound.version for bound in allowed if bound.operator == ">="]
        assert all(f"{versions[package]}.".startswith(f"{bound}.") for bound in lowest), (
            f"{package} is not at {lowest}"
        )


def test_the_graders_have_the_versions_of_the_course_but_for_wrapt():
    versions, graders = pins("constraints.txt"), pins(GRADERS)
    assert {
        package for package in graders if versions.get(package, graders[package]) != graders[package]
    } == {"wrapt"}


def test_what_runs_the_lessons_in_colab_has_the_versions_of_the_course():
    """The second part of the file, which Colab's own list does not have."""
    versions, colab = pins("constraints.txt"), pins(COLAB)
    names = re.findall(r"^(\S+)==", (ROOT / COLAB).read_text().split("# Not of that list")[1], re.MULTILINE)
    assert names and {name: colab[name] for name in names} == {name: versions[name] for name in names}


def test_environment_has_the_pins_of_the_constraints():
    versions, environment = pins("constraints.txt"), pins("environment.yml")
    assert environment == {package: versions[package] for package in environment}
    assert set(environment) == set(requirements("tfds", "tensorboard", "course"))
    lines = (ROOT / "environment.yml").read_text().splitlines()
    assert f"name: {PROJECT['name']}" in lines and {"      - -c constraints.txt", "      - -e ."} <= set(
        lines
    )


def test_environment_has_a_supported_python():
    version = re.search(r"- python=(\S+)", (ROOT / "environment.yml").read_text())[1]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(version)


def test_no_file_names_a_machine_or_a_registry():
    # Put together here, so that this file passes its own test.
    forbidden = ["/".join(("", folder, "")) for folder in ("work", "root")] + [
        "py" + "pi.org",
        "python" + "hosted.org",
    ]
    texts = {path: path.read_text() for path in tracked_files() if path.suffix not in BINARY}
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path, text in texts.items()
        for word in forbidden
        if word in text
    ]
    assert not found


def test_no_lock_file():
    locks = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "conda-lock.yml"}
    assert not [path for path in tracked_files() if path.name in locks]
