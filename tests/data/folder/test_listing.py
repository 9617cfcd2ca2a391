"""Lists and labels that another program, or another system, has written."""

import json
import unicodedata

import numpy as np
import pytest
from support.faults import smooth

from stylegan_tf.data import examine, load_folder, open_dataset

ACCENTED = "müller é.png"


def plant(root, names):
    for i, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        smooth(i, 16, 16).save(root / name)
    return root


def labelled(root, text, encoding="utf-8", **options):
    """{file: name of its class} of a folder with the list ``labels.csv``."""
    (root / "labels.csv").write_bytes(text.encode(encoding))
    data = load_folder(root, 8, labels="labels.csv", minimum=1, **options)
    return {file: data.class_names[i] for file, i in zip(data.files, data.labels, strict=True)}


# dataset.json


def shards(root, entry=list, count=40):
    """Three folders as NVIDIA's tools write them, and the labels of their pictures in a form."""
    names = [f"{k:05}/{i:03}.png" for k in range(3) for i in range(count)]
    plant(root, names)
    pairs = [(name, i % 2) for i, name in enumerate(names)]
    (root / "dataset.json").write_text(json.dumps({"labels": entry(pairs)}))
    return dict(pairs)


FORMS = {
    "a list": list,
    "a dict": dict,
    "one-hot": lambda pairs: [[name, [1 - label, label]] for name, label in pairs],
    "backslashes": lambda pairs: [[name.replace("/", "\\"), label] for name, label in pairs],
}


@pytest.mark.parametrize("form", FORMS)
def test_the_labels_of_dataset_json_are_read(form, tmp_path):
    expected = shards(tmp_path, FORMS[form])
    data = open_dataset(f"folder:{tmp_path}", resolution=8)
    assert dict(zip(data.files, data.labels.tolist(), strict=True)) == expected
    assert data.class_names == ["0", "1"]
    assert examine(tmp_path, 8).classes == {"0": 60, "1": 60}


@pytest.mark.parametrize("content", ['{"labels": null}', "{}", "[]"])
def test_a_dataset_json_without_labels_makes_no_classes(content, tmp_path, capsys):
    shards(tmp_path)
    (tmp_path / "dataset.json").write_text(content)
    data = open_dataset(f"folder:{tmp_path}", resolution=8)
    assert data.labels is None and "dataset.json" in data.why_unlabelled
    assert "no classes: dataset.json" in capsys.readouterr().out


@pytest.mark.parametrize("step", [1, 1000])
def test_folders_of_numbers_are_parts_of_one_set(step, tmp_path, capsys):
    plant(tmp_path, [f"{step * (i % 3):05}/{i}.png" for i in range(100)])
    data = open_dataset(f"folder:{tmp_path}", resolution=8)
    assert data.labels is None and examine(tmp_path, 8).classes is None
    assert f"00000 to {2 * step:05}" in capsys.readouterr().out
    assert len(load_folder(tmp_path, 8, labels="folders").class_names) == 3  # the advice


def test_pictures_that_dataset_json_does_not_name_are_told(tmp_path):
    shards(tmp_path)
    smooth(999, 16, 16).save(tmp_path / "00000/other.png")
    data = open_dataset(f"folder:{tmp_path}", resolution=8)
    assert data.skipped == [("00000/other.png", "has no line in dataset.json")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"labels": [["a.png", 1]', "dataset.json is damaged"),
        ('{"labels": [["a.png", -1]]}', "found -1"),
        ('{"labels": [["a.png", 0.5]]}', "found 0.5"),
        ('{"labels": [["a.png", [0.5, 0.5]]]}', r"found \[0.5, 0.5\]"),
        ('{"labels": ["a.png", "b.png"]}', "whole numbers of 0 or more"),
        ('{"labels": 3}', "whole numbers of 0 or more"),
        ('{"labels": [["a.png", 1], ["a.png", 2]]}', "names a file twice"),
    ],
)
def test_a_dataset_json_that_is_unclear_is_refused(content, message, tmp_path):
    plant(tmp_path, ["a.png", "b.png"])
    (tmp_path / "dataset.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        open_dataset(f"folder:{tmp_path}", resolution=8)
    assert "No classes: " in examine(tmp_path, 8).text()


# Lists of other programs


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", ", ", " ; "])
@pytest.mark.parametrize("heading", ["", "file,label", "Dateiname,Klasse", '"image","class"'])
def test_lists_of_other_programs_are_read(heading, separator, encoding, tmp_path):
    plant(tmp_path, [ACCENTED, "b.png"])
    lines = [heading.replace(",", separator)] if heading else []
    lines += [f"{ACCENTED}{separator}weiß", f"b.png{separator}grün"]
    text = "\r\n".join(lines) + "\r\n"
    assert labelled(tmp_path, text, encoding) == {"b.png": "grün", ACCENTED: "weiß"}


def test_the_separator_that_excel_names_is_taken(tmp_path):
    plant(tmp_path, ["a.png", "b.png"])
    assert labelled(tmp_path, "sep=;\r\na.png;1\r\nb.png;0\r\n") == {"a.png": "1", "b.png": "0"}


@pytest.mark.parametrize(
    "text",
    ['"a,b.png",x\n"c;d.png",y\n', 'a,b.png;x\n"c;d.png";y\n'],
)
def test_names_with_a_separator_in_them_are_whole(text, tmp_path):
    plant(tmp_path, ["a,b.png", "c;d.png"])
    assert labelled(tmp_path, text) == {"a,b.png": "x", "c;d.png": "y"}


def test_backslashes_separate_folders(tmp_path):
    plant(tmp_path, ["cats/sub/a.png", "dogs/b.png"])
    text = "cats\\sub\\a.png,x\n.\\dogs\\b.png,y\n"
    assert labelled(tmp_path, text) == {"cats/sub/a.png": "x", "dogs/b.png": "y"}


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_list", ["NFC", "NFD"])
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_accents_of_another_form_are_the_same(kind, in_list, on_disk, tmp_path):
    name = unicodedata.normalize(on_disk, ACCENTED)
    plant(tmp_path, [name])
    written = unicodedata.normalize(in_list, ACCENTED)
    if kind == "csv":
        assert labelled(tmp_path, f"{written},x\n") == {name: "x"}
    else:
        (tmp_path / "dataset.json").write_text(json.dumps({"labels": [[written, 3]]}))
        assert load_folder(tmp_path, 8, labels="dataset.json", minimum=1).labels.tolist() == [3]


def test_classes_of_two_unicode_forms_are_one(tmp_path):
    plant(tmp_path, ["a.png", "b.png"])
    text = f"a.png,{unicodedata.normalize('NFC', 'é')}\nb.png,{unicodedata.normalize('NFD', 'é')}\n"
    assert len(set(labelled(tmp_path, text).values())) == 1


def test_a_file_that_is_no_list_is_told(tmp_path):
    plant(tmp_path, ["a.png"])
    with pytest.raises(ValueError, match=r"labels\.csv is no CSV file"):
        labelled(tmp_path, "x" * 200_000)


# Pictures beside the class folders


def beside(root, *names):
    plant(root, [f"{kind}/{i}.png" for kind in ("cats", "dogs") for i in range(60)])
    return plant(root, names)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["cover.png"], "cover.png stands beside the class folders"),
        (["a.png", "b.png"], "a.png, b.png stand beside"),
        ([f"{i}.png" for i in range(7)], "0.png, 1.png, 2.png and 4 more stand beside"),
    ],
)
def test_pictures_beside_the_class_folders_are_named(names, told, tmp_path, capsys):
    data = open_dataset(f"folder:{beside(tmp_path, *names)}", resolution=8)
    assert data.labels is None and told in data.why_unlabelled
    assert told in capsys.readouterr().out and f"No classes: {told}" in examine(tmp_path, 8).text()
    for name in names:  # the advice
        (tmp_path / name).unlink()
    assert open_dataset(f"folder:{tmp_path}", resolution=8).class_names == ["cats", "dogs"]


def test_a_folder_without_sub_folders_is_no_matter(tmp_path, capsys):
    plant(tmp_path, [f"{i}.png" for i in range(100)])
    data = open_dataset(f"folder:{tmp_path}", resolution=8)
    assert "no sub-folders that could be classes" in data.why_unlabelled
    assert "no classes" not in capsys.readouterr().out and "No classes" not in examine(tmp_path, 8).text()


def test_a_set_with_labels_has_no_reason(tmp_path):
    assert open_dataset(f"folder:{beside(tmp_path)}", resolution=8).why_unlabelled is None
    assert np.bincount(open_dataset(f"folder:{tmp_path}", resolution=8).labels).tolist() == [60, 60]
