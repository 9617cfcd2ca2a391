import json

import numpy as np
import pytest
from PIL import Image

import stylegan_tf.editing.attributes as attributes_module
from stylegan_tf import Config, Generator, StyleGAN, latents, pretrained
from stylegan_tf.cli.edit import parse_strengths
from stylegan_tf.cli.main import main
from stylegan_tf.editing.attributes import Attributes, digits_reader, edit_sheet, reader_of
from stylegan_tf.metrics.entanglement import leakage

SMALL = Config(
    resolution=8, channels=1, z_dim=8, w_dim=8, mapping_width=8, mapping_layers=1, fmap_base=32, fmap_max=8
)


def read(images):
    """Mean of the picture, and how much brighter its upper half is."""
    return {
        "light": images.mean(axis=(1, 2, 3)),
        "top": images[:, :4].mean(axis=(1, 2, 3)) - images[:, 4:].mean(axis=(1, 2, 3)),
    }


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "small.keras"
    gan = StyleGAN(SMALL)
    gan.compile()
    gan.save(path)
    return str(path)


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(attributes_module.READERS, "tiny", lambda: read)


@pytest.fixture(scope="module")
def attributes():
    return Attributes(Generator(SMALL), read, count=500)


def test_attributes_are_read_in_the_images_of_their_latents(attributes):
    assert attributes.z.shape == attributes.w.shape == (500, 8)
    assert list(attributes.values) == ["light", "top"]


def test_images_that_cannot_be_read_are_left_out_with_a_warning():
    def sometimes(images):
        light = read(images)["light"]
        return {"light": np.where(np.arange(len(light)) % 10 == 3, np.nan, light)}

    G = Generator(SMALL)
    with pytest.warns(UserWarning, match="5 of 50 images are left out"):
        found = Attributes(G, sometimes, count=50)
    np.testing.assert_array_equal(found.w, np.delete(latents.sample(G, 50)[1], np.arange(3, 50, 10), axis=0))


def test_direction_of_an_attribute_is_that_of_its_values(attributes):
    w, light, top = attributes.w, *attributes.values.values()
    expected = latents.direction(w, light, "regression", top)
    np.testing.assert_array_equal(attributes.direction("light", hold=["top"]), expected)
    middle = np.percentile(light, [1, 99]).mean()
    np.testing.assert_array_equal(
        attributes.direction("light", "means"), latents.direction(w, light > middle)
    )


def test_an_unknown_attribute_is_told(attributes):
    with pytest.raises(ValueError, match="no attribute 'beard'; choose from light, top"):
        attributes.direction("light", hold=["beard"])


def test_slant_direction_of_the_shipped_digits_turns_them_and_little_else():
    """Over five degrees for a deviation, ten standard errors from none; the thickness changes by less than
    0.3 deviations.
    """
    G = pretrained("mnist32").ema_generator
    found = Attributes(G, digits_reader(), count=1000)
    ws = np.asarray(G.broadcast(latents.sample(G, 100, seed=1)[1]))
    result = leakage(G, ws, {"slant": found.direction("slant")}, digits_reader())
    slant, thickness = (result.change[0, result.factors.index(name)] for name in ("slant", "thickness"))
    assert slant > 5 and slant > 10 * result.standard_error[0, 0]
    assert abs(thickness) < 0.3 * found.values["thickness"].std()


def test_readers_are_found_by_data_set(tiny):
    assert reader_of("tiny") is read
    message = (
        "no attribute classifier knows the factors of 'cats'; there are classifiers for digits, .*, tiny"
    )
    with pytest.raises(ValueError, match=message):
        reader_of("cats")


def test_sheet_names_strengths_and_what_is_read():
    G = Generator(SMALL)
    ws = np.asarray(G.broadcast(latents.sample(G, 3)[1]))
    direction = latents.Direction(np.eye(8)[0], 2.0)
    axes = edit_sheet(G, ws, direction, [-1, 0, 2], "light", read, ["a", "b", "c"]).axes[0]
    heads = [label.get_text() for label in axes.get_xticklabels()]
    plain = read(np.asarray(G.synthesis(ws, noise="fixed")))["light"].mean()
    assert [head.split("\n")[0] for head in heads] == ["\N{MINUS SIGN}1", "0", "+2"]
    assert heads[1].split("\n")[1].replace("\N{MINUS SIGN}", "-") == f"{plain:.2g}"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "text, strengths",
    [
        ("-3:3", [-3, -2, -1, 0, 1, 2, 3]),
        ("0:1:0.25", [0, 0.25, 0.5, 0.75, 1]),
        ("-2,0,1.5", [-2, 0, 1.5]),
        ("2", [2]),
    ],
)
def test_strengths_are_ranges_and_lists(text, strengths):
    assert parse_strengths(text) == strengths


@pytest.mark.parametrize("text", ["3:-3", "a", "0:1:0", "0:1:0.001", "nan:1", ""])
def test_other_strengths_are_told(text):
    with pytest.raises(ValueError, match="is not like -3:3, -3:3:0.5 or -2,0,2"):
        parse_strengths(text)


def picture(path, array):
    Image.fromarray(array).save(path)
    return str(path)


def test_project_then_edit(model, tiny, tmp_path, capsys):
    array = (np.indices((8, 8))[0] * 30).astype("uint8")
    files = [picture(tmp_path / f"{name}.png", array) for name in ("first", "second")]
    out = tmp_path / "out"
    assert (
        main(
            [
                "project",
                model,
                *files,
                "--space",
                "w+",
                "--start",
                "nearest",
                "--steps",
                "20",
                "--out",
                str(out),
            ]
        )
        == 0
    )
    told = json.loads((out / "projection.json").read_text())
    with np.load(out / "projection.npz") as found:
        assert found["ws"].shape == (2, 4, 8)
        np.testing.assert_allclose([row["error"] for row in told["images"]], found["error"])
    assert [row["image"] for row in told["images"]] == ["first.png", "second.png"]
    with Image.open(out / "projection.png") as sheet:
        assert sheet.width > 200
    arguments = [
        "--dataset",
        "tiny",
        "--attribute",
        "light",
        "--samples",
        "100",
        "--strengths",
        "-1:1",
        "--out",
    ]
    sheet = tmp_path / "edits" / "sheet.png"
    assert main(["edit", model, "--projected", str(out / "projection.npz"), *arguments, str(sheet)]) == 0
    assert "light of 2 images at 3 strengths" in capsys.readouterr().out
    assert sheet.exists()


BAD = {
    "no data set": (["edit", "MODEL", "--attribute", "light"], "add --dataset"),
    "attribute": (
        ["edit", "MODEL", "--dataset", "tiny", "--attribute", "x", "--samples", "50"],
        "choose from light, top",
    ),
    "strengths": (
        ["edit", "MODEL", "--dataset", "tiny", "--attribute", "light", "--strengths", "-a"],
        "--strengths -a is not",
    ),
    "layers": (
        ["edit", "MODEL", "--dataset", "tiny", "--attribute", "light", "--samples", "50", "--layers", "7"],
        "layers 0 to 3",
    ),
    "encoder in z": (
        ["project", "MODEL", "SQUARE", "--space", "z", "--start", "encoder"],
        "which is no start for --space z",
    ),
    "no picture": (["project", "MODEL", "nowhere.png"], "there is no file nowhere.png"),
    "text": (["project", "MODEL", "TEXT"], "is no picture that Pillow can read"),
    "projection": (
        ["edit", "MODEL", "--dataset", "tiny", "--attribute", "light", "--projected", "TEXT"],
        "is no projection",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_get_one_sentence_and_exit_code_2(case, model, tiny, tmp_path, capsys):
    arguments, message = BAD[case]
    (tmp_path / "text.png").write_text("no picture")
    square = picture(tmp_path / "square.png", np.zeros((8, 8), "uint8"))
    places = {"MODEL": model, "SQUARE": square, "TEXT": str(tmp_path / "text.png")}
    out = tmp_path / ("X.png" if arguments[0] == "edit" else "X")
    assert main([places.get(a, a) for a in arguments] + ["--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1 and not out.exists()
