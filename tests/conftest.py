import stylegan_tf  # noqa: F401, before keras: TensorFlow reads the variables that it sets only once

# isort: split
import keras
import pytest
from support import tiny
from support.helpers import PUBLIC, load_golden, weights

from stylegan_tf import Discriminator, Generator, official

# The files that take longest, so that two processes end at about the same time.
LONGEST = (
    "training/test_training.py",
    "browser/test_front_ends.py",
    "training/test_keras_ways.py",
    "browser/test_site_pages.py",
    "runs/test_checkpoints.py",
    "training/test_distribution.py",
    "notebooks/test_student_notebooks.py",
)


def pytest_collection_modifyitems(items):
    """The files that take longest begin; within a file, and among the others, the order stays."""

    def place(item):
        names = [name for name in LONGEST if item.path.as_posix().endswith(f"/tests/{name}")]
        return LONGEST.index(names[0]) if names else len(LONGEST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def golden():
    """``golden("blocks")``: the arrays of golden_blocks.npz by key."""
    return load_golden


@pytest.fixture(scope="module")
def public_generator():
    """The generator of golden_public, with the official weights."""
    G = Generator(PUBLIC)
    official.assign(G, weights("public", "G"))
    return G


@pytest.fixture(scope="module")
def public_discriminator():
    D = Discriminator(PUBLIC)
    official.assign(D, weights("public", "D"))
    return D


@pytest.fixture(autouse=True)
def _seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True)
def _tiny_models_go_on(request):
    """Tiny models serve one test after another, but not one that replaces functions: a graph would keep them."""
    with tiny.lending("monkeypatch" not in request.fixturenames):
        yield


@pytest.fixture(autouse=True)
def _profile_of_checks(request):
    """Where exercises are checked, a wrong answer must raise."""
    with pytest.MonkeyPatch.context() as patch:
        if "checks" in request.path.parts:
            patch.setenv("STYLEGAN_TF_PROFILE", "test")
        yield


def pytest_terminal_summary(terminalreporter):
    """Say it loudly when the browser tests were left out; without this a skip is one letter among many."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if report.nodeid.startswith("tests/browser/")
    ]
    if skipped:
        terminalreporter.section("browser tests were left out", yellow=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests: {skipped[0].longrepr[2].removeprefix('Skipped: ')}")
