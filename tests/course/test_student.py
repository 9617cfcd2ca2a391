import json

import pytest

from stylegan_tf.course import student

CELL = """def double(x):
    \"\"\"Twice x.\"\"\"
    ### BEGIN SOLUTION
    y = x + x
    return y
    ### END SOLUTION


checks.check_double(double)"""


def test_a_solution_becomes_three_dots_at_its_own_depth():
    text, solutions = student.blank(CELL)
    assert text == 'def double(x):\n    """Twice x."""\n    ...\n\n\nchecks.check_double(double)'
    assert solutions == ["    y = x + x\n    return y"]


def test_a_single_assignment_keeps_its_name():
    text, _ = student.blank("### BEGIN SOLUTION\ncount = 3  # because\n### END SOLUTION\nprint(count)")
    assert text == "count = ...\nprint(count)"


def test_a_cell_without_a_solution_is_unchanged():
    assert student.blank("x = 1\n") == ("x = 1\n", [])


@pytest.mark.parametrize(
    "text",
    [f"a\n{student.BEGIN}\nb", f"a\n{student.END}", f"{student.BEGIN}\n{student.BEGIN}\n{student.END}"],
)
def test_a_marker_without_a_partner_is_refused(text):
    with pytest.raises(ValueError, match="has no partner"):
        student.blank(text)


def test_outputs_are_kept_where_no_answer_shows(tmp_path):
    def code(text):
        return {
            "cell_type": "code",
            "source": text.splitlines(keepends=True),
            "outputs": [{"x": 1}],
            "execution_count": 4,
        }

    notebook = {"cells": [code("1 + 1"), code(CELL), code("checks.check_shape(shape)")], "metadata": {}}
    source = tmp_path / "source"
    source.mkdir()
    (source / "00_a.ipynb").write_text(json.dumps(notebook))
    student.main([str(source), str(tmp_path / "out")])
    kept, blanked, checked = json.loads((tmp_path / "out" / "00_a.ipynb").read_text())["cells"]
    assert kept == notebook["cells"][0]
    assert blanked["outputs"] == checked["outputs"] == []
    assert "SOLUTION" not in "".join(blanked["source"])
