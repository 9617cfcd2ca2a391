import json

from stylegan_tf.course import notebook_outputs


def test_a_widget_leaves_its_text_only(tmp_path):
    shown = {"text/plain": "a widget", notebook_outputs.VIEW: {"model_id": "5f"}}
    cell = {
        "cell_type": "code",
        "source": ["ψ"],
        "outputs": [{"data": shown}, {"name": "stdout", "text": "1"}],
    }
    file = tmp_path / "00.ipynb"
    file.write_text(
        json.dumps(
            {"cells": [{"cell_type": "markdown", "source": []}, cell], "metadata": {"widgets": {}, "x": 1}}
        )
    )
    notebook_outputs.main([str(file)])
    stored = json.loads(file.read_text("utf-8"))
    assert stored["cells"][1]["outputs"] == [
        {"data": {"text/plain": "a widget"}},
        {"name": "stdout", "text": "1"},
    ]
    assert stored["metadata"] == {"x": 1}
