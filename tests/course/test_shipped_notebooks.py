"""``stylegan-tf lab`` copies the lessons, brings untouched ones up to date, and never overwrites what a user
changed.
"""

import pytest

from stylegan_tf.cli.main import main
from stylegan_tf.course import shipped_notebooks
from stylegan_tf.course.shipped_notebooks import copy_notebooks, notebooks_folder


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Two lessons of a release."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in ("00_a.ipynb", "01_b.ipynb"):
        (folder / name).write_text("first")
    monkeypatch.setattr(shipped_notebooks, "notebooks_folder", lambda: folder)
    return folder


def test_the_lessons_of_a_checkout_are_found():
    assert (notebooks_folder() / "00_start_here.ipynb").is_file()


def test_a_new_folder_gets_every_lesson(shipped, tmp_path):
    copied = copy_notebooks(tmp_path / "mine/lessons")
    assert copied.written == ["00_a.ipynb", "01_b.ipynb"] and not copied.kept
    assert (tmp_path / "mine/lessons/01_b.ipynb").read_text() == "first"
    assert str(copied) == "2 copied"


def test_a_newer_release_replaces_what_nobody_changed_and_keeps_the_rest(shipped, tmp_path):
    copy_notebooks(tmp_path / "mine")
    (tmp_path / "mine/00_a.ipynb").write_text("my notes")
    for file in shipped.iterdir():
        file.write_text("second")
    copied = copy_notebooks(tmp_path / "mine")
    assert copied.updated == ["01_b.ipynb"] and copied.kept == ["00_a.ipynb"]
    assert (tmp_path / "mine/00_a.ipynb").read_text() == "my notes"
    assert "1 kept as you changed them (00_a.ipynb" in str(copied)
    assert copy_notebooks(tmp_path / "mine").kept == ["00_a.ipynb"]


def test_a_file_of_the_same_name_that_was_never_copied_is_the_users(shipped, tmp_path):
    (tmp_path / "00_a.ipynb").write_text("older than the package")
    assert copy_notebooks(tmp_path).kept == ["00_a.ipynb"]


@pytest.mark.parametrize("record", ["", "[", "null"])
def test_without_a_readable_record_nothing_that_differs_is_overwritten(shipped, tmp_path, record):
    copy_notebooks(tmp_path / "mine")
    (tmp_path / "mine" / shipped_notebooks.RECORD).write_text(record)
    (shipped / "00_a.ipynb").write_text("second")
    copied = copy_notebooks(tmp_path / "mine")
    assert copied.kept == ["00_a.ipynb"] and copied.unchanged == ["01_b.ipynb"]


def test_a_renamed_lesson_gets_the_new_one_beside_it(shipped, tmp_path):
    copy_notebooks(tmp_path / "mine")
    (tmp_path / "mine/00_a.ipynb").rename(tmp_path / "mine/notes.ipynb")
    assert copy_notebooks(tmp_path / "mine").written == ["00_a.ipynb"]
    assert (tmp_path / "mine/notes.ipynb").read_text() == "first"


def test_where_the_lessons_come_from_nothing_is_written(shipped):
    before = sorted(shipped.iterdir())
    assert copy_notebooks(shipped).unchanged == ["00_a.ipynb", "01_b.ipynb"]
    assert sorted(shipped.iterdir()) == before


def test_students_get_blanks_and_a_changed_one_stays(tmp_path):
    first = sorted(notebooks_folder().glob("*.ipynb"))[0].name
    copied = copy_notebooks(tmp_path / "mine", student=True)
    text = (tmp_path / "mine" / first).read_text("utf-8")
    assert first in copied.written and "SOLUTION" not in text and "five_digits = ..." in text
    (tmp_path / "mine" / first).write_text(
        text.replace("five_digits = ...", "five_digits = (5, 32, 32, 1)"), "utf-8"
    )
    again = copy_notebooks(tmp_path / "mine", student=True)
    assert again.kept == [first] and len(again.unchanged) == len(copied.written) - 1


def test_solutions_are_not_blanked_at_their_source(shipped):
    with pytest.raises(ValueError, match="name another folder"):
        copy_notebooks(shipped, student=True)


def test_the_command_says_what_it_did(shipped, tmp_path, capsys):
    assert main(["lab", str(tmp_path / "mine"), "--copy-only"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'mine'}: 2 copied\n"


def test_a_file_in_the_place_of_the_folder_is_one_sentence(shipped, tmp_path, capsys):
    (tmp_path / "mine").write_text("")
    assert main(["lab", str(tmp_path / "mine"), "--copy-only"]) == 2
    assert "is a file; name a folder" in capsys.readouterr().err
