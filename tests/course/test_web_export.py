import json

import numpy as np
import pytest
from support.helpers import PUBLIC, SMALL
from support.javascript import DRAW, SHIPPED, STATIC, cases, keras_images, run

from stylegan_tf import Generator, latents, pretrained
from stylegan_tf.course import web_export

TOLERANCE = 1e-3  # of images in [-1, 1]


def written(G, path):
    path.write_text(web_export.script(G, "test"))
    return path


def drawn_by_node(path, given):
    return run(DRAW, STATIC / "stylegan.js", {"network": str(path), "cases": given})


def random_generator(config, seed):
    """A network none of whose weights is at its start: strengths and biases are zero there, and hide what is
    done with them.
    """
    G, rng = Generator(config), np.random.default_rng(seed)
    G.set_weights(
        [
            (v + 0.3 * rng.standard_normal(v.shape)).astype("float16").astype("float32")
            for v in G.get_weights()
        ]
    )
    return G


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_draws_what_keras_draws(name, tmp_path):
    G = pretrained(name).ema_generator
    given = cases(latents.from_seeds(range(20), G.z_dim), psis=(-0.5, 0.7), crossovers=(3, 8))
    expected = keras_images(G, given)
    images = np.reshape(drawn_by_node(written(G, tmp_path / "network.js"), given), expected.shape)
    assert np.abs(images - expected).max() < TOLERANCE


@pytest.mark.parametrize(
    "config",
    [SMALL, PUBLIC.replace(mapping_layers=0, resolution=64), SMALL.replace(label_dim=3)],
    ids=["colour", "no mapping", "three classes"],
)
def test_other_networks_are_those_of_keras(config, tmp_path):
    G = random_generator(config, seed=3)
    given = cases(latents.from_seeds(range(3), G.z_dim), psis=(0.6,), crossovers=(2,), strengths=(0, 1, 2.5))
    shape = (-1, config.resolution, config.resolution, config.channels)
    images = np.reshape(drawn_by_node(written(G, tmp_path / "network.js"), given), shape)
    assert np.abs(images - keras_images(G, given)).max() < TOLERANCE


def test_a_seed_is_the_same_latent_there_as_here(tmp_path):
    script = """
    const StyleGAN = require(process.argv[1]);
    require(JSON.parse(require("fs").readFileSync(0, "utf8")));
    const G = new StyleGAN.Generator(STYLEGAN_NETWORKS[0]);
    console.log(JSON.stringify([0, 7, G.seeds - 1].map((seed) => Array.from(G.latent(seed)))));
    """
    path = written(Generator(SMALL), tmp_path / "network.js")
    latent = run(script, STATIC / "stylegan.js", str(path))
    np.testing.assert_array_equal(
        np.float32(latent), latents.from_seeds([0, 7, web_export.SEEDS - 1], SMALL.z_dim)
    )


STATES = [  # crossover, psi, strength -> what of the sentence must say it
    (0, 1, 1, "Every layer takes its style from B"),
    (8, 0.8, 0, "Every layer takes its style from A"),
    (3, -0.5, 2.5, "layers 0 to 2 (4x4 to 8x8) from A and layers 3 to 7 (8x8 to 32x32) from B"),
]


@pytest.mark.parametrize("crossover, psi, strength, said", STATES)
def test_the_lines_of_python_draw_what_the_page_draws(crossover, psi, strength, said, tmp_path):
    script = """
    const Snippet = require(process.argv[1]);
    const state = JSON.parse(require("fs").readFileSync(0, "utf8"));
    console.log(JSON.stringify([Snippet.python("mnist32", 8, state), Snippet.sentence(8, state)]));
    """
    state = dict(seedA=4, seedB=9, crossover=crossover, psi=psi, strength=strength, noiseSeed=0)
    code, sentence = run(script, STATIC / "snippet.js", state)
    assert said in sentence
    names = {}
    exec(code, names)
    G, (a, b) = names["G"], latents.from_seeds([4, 9], 64)
    case = dict(a=a.tolist(), b=b.tolist(), labels=[0, 0], psi=psi, crossover=crossover, strength=strength)
    images = drawn_by_node(written(G, tmp_path / "digits.js"), [case])
    assert np.abs(np.reshape(images, (1, 32, 32, 1)) - names["image"]).max() < TOLERANCE


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(noise=False), "noise is False"),
        (dict(pixel_norm=True), "pixel_norm is True"),
        (dict(fused_kernels=True), "fused kernels"),
    ],
)
def test_a_network_that_the_page_cannot_draw_with_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        web_export.script(Generator(SMALL.replace(**change)), "test")


def test_a_weight_too_large_for_float16_is_refused():
    G = Generator(SMALL)
    G.synthesis.blocks[4].input_layer.constant.assign(np.full((1, 4, 4, SMALL.width(4)), 1e5))
    with pytest.raises(ValueError, match="constant has values up to 1e[+]05"):
        web_export.script(G, "test")


def test_the_command_writes_a_network_with_its_name(tmp_path, capsys):
    from stylegan_tf.files import data_file

    web_export.main(
        [str(data_file("pretrained/mnist32.npz")), str(tmp_path / "digits.js"), "--name", "digits"]
    )
    text = (tmp_path / "digits.js").read_text()
    network = json.loads(
        text.removeprefix("(globalThis.STYLEGAN_NETWORKS ??= []).push(").removesuffix(");\n")
    )
    assert (network["name"], network["resolution"], network["layers"]) == ("digits", 32, 8)
    assert "digits.js (0.6" in capsys.readouterr().out
