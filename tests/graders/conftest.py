"""The lane of the graders: their own warnings are theirs, and kernels find the answers."""

import os

import pytest
from support.submissions import ROOT


def pytest_configure(config):
    config.addinivalue_line(
        "filterwarnings", "default"
    )  # nbgrader and Otter warn of traitlets and SQLAlchemy


@pytest.fixture(scope="session", autouse=True)
def _kernels_find_the_answers():
    """They import ``support.submissions`` and the tests of the checks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(str(ROOT / folder) for folder in ("", "tests")))
        patch.setenv("STYLEGAN_TF_PROFILE", "cpu")
        yield
