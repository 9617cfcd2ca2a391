"""Frozen layers: their weights stay, all others learn, and a resumed or opened model freezes the same."""

import numpy as np
import pytest
from support.tiny import TINY, make

from stylegan_tf import StyleGAN, data
from stylegan_tf.cli.main import main
from stylegan_tf.data import Images
from stylegan_tf.runs.run import load


@pytest.fixture(scope="module")
def digits():
    whole = data.load_digits()
    return Images(whole.level(8)[:64], name="digits")


def values(layers):
    """The weights of layers, without the centre of W, which follows the mean of w and is not learned."""
    return [np.asarray(w) for layer in layers for w in layer.weights if "w_avg" not in w.path]


def is_same(before, after):
    return [np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


@pytest.mark.parametrize(
    "words, frozen, learning",
    [
        ("mapping", lambda g: [g.generator.mapping], lambda g: [g.generator.synthesis, g.discriminator]),
        (
            "G:4",
            lambda g: [g.generator.synthesis.blocks[4], g.generator.synthesis.to_rgb[4]],
            lambda g: [g.generator.mapping, g.generator.synthesis.blocks[8]],
        ),
        (
            "mapping D:4",
            lambda g: [g.generator.mapping, g.discriminator.head, g.discriminator.from_rgb[4]],
            lambda g: [
                g.discriminator.blocks[8],
                g.discriminator.from_rgb[8],
                g.generator.synthesis.blocks[4],
            ],
        ),
    ],
)
def test_named_layers_stay_and_the_others_learn(digits, words, frozen, learning):
    gan = make(freeze=words, progressive=False)
    kept, learned = values(frozen(gan)), values(learning(gan))
    gan.fit(digits, kimg=0.016, verbose=0)
    assert all(is_same(kept, values(frozen(gan))))
    assert not any(is_same(learned, values(learning(gan)))[:2])


def test_an_opened_model_is_frozen_as_it_was(digits, tmp_path):
    gan = make(freeze="mapping")
    gan.save(tmp_path / "gan.keras")
    again = load(tmp_path / "gan.keras")
    assert not again.generator.mapping.trainable_variables
    assert len(again.generator.trainable_variables) == len(gan.generator.trainable_variables)


def test_a_network_without_anything_to_train_is_refused():
    with pytest.raises(ValueError, match="leaves nothing of the discriminator to train; name fewer layers"):
        StyleGAN(TINY.replace(freeze="D:4,8"))


def test_the_command_wants_a_model_whose_layers_it_keeps(tmp_path, capsys):
    code = main(["train", "--out", str(tmp_path / "run"), "--freeze", "mapping"])
    assert code == 2
    assert "--freeze keeps the weights of a trained model; name it with --init" in capsys.readouterr().err


def test_the_command_takes_several(tmp_path, capsys):
    """Names the layers in two ways at once; a dry run builds nothing and reads no model."""
    typed = (
        "train --preset mnist32 --init mnist32 --kimg 4 --dry-run --freeze mapping --freeze D:16,32".split()
    )
    assert main([*typed, "--out", str(tmp_path / "run")]) == 0
    assert main([*typed[:-1], "D:12", "--out", str(tmp_path / "run")]) == 2
    assert "freeze is 'mapping D:12'" in capsys.readouterr().err
