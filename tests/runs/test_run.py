import pytest
from support.tiny import TINY

from stylegan_tf import Run


@pytest.mark.parametrize("name", ["config.json", "history.csv", "owner.json", "checkpoints/x.npz", "samples"])
def test_a_run_keeps_what_it_reads_again(tmp_path, name):
    assert Run(tmp_path).keeps(tmp_path / name)


@pytest.mark.parametrize("name", ["sheet.png", "figures/x.png", "../config.json", "."])
def test_a_run_does_not_keep_other_files(tmp_path, name):
    run = Run(tmp_path / "run")
    assert not run.keeps(run.path / name)


def test_a_name_that_is_no_text_is_described(tmp_path):
    """Such as that of a folder whose name another system wrote."""
    run = Run(tmp_path)
    run.describe(TINY, dataset="folder:\udcff")
    assert run.info["dataset"] == "folder:\udcff"
