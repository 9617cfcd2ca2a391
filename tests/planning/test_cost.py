"""What a Config costs, against docs/exactness.md, networks as built, and the graph of a training step."""

from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from support.traced import multiply_adds, operations_of_a_step

from stylegan_tf import ABLATIONS, Config, Discriminator, Generator
from stylegan_tf.planning import cost

# docs/exactness.md, Parameters and cost
PARAMETERS = {  # resolution -> generator, mapping, synthesis, discriminator
    1024: (26_219_627, 2_101_248, 24_118_379, 23_087_249),
    512: (26_179_768, 2_101_248, 24_078_520, 23_080_225),
    256: (26_086_229, 2_101_248, 23_984_981, 23_052_353),
    128: (25_843_858, 2_101_248, 23_742_610, 22_941_313),
    64: (25_137_935, 2_101_248, 23_036_687, 22_498_049),
    32: (22_841_356, 2_101_248, 20_740_108, 20_726_785),
}
# docs/exactness.md, Parameters and cost
GIGA_MULTIPLY_ADDS = {  # resolution -> generator and discriminator, first as run, then in plain form
    1024: (32.24, 32.23, 42.97, 42.97),
    512: (27.50, 27.49, 35.55, 35.55),
    256: (22.85, 22.84, 28.21, 28.21),
    128: (18.24, 18.24, 20.92, 20.92),
    64: (13.65, 13.65, 13.65, 13.65),
    32: (6.39, 6.39, 6.39, 6.39),
    16: (1.55, 1.55, 1.55, 1.55),
}
TINY = Config(
    resolution=16,
    channels=1,
    z_dim=24,
    w_dim=16,
    mapping_width=40,
    mapping_layers=3,
    fmap_base=64,
    fmap_max=16,
    batch_size=8,
    start_resolution=8,
)
ODD = {
    "plain": {},
    "labels": dict(label_dim=5, channels=3, w_dim=20),
    "no mbstd": dict(mbstd_group=0, channels=3),
    "two mbstd features": dict(mbstd_features=2, blur=False),
    "no mapping": dict(mapping_layers=0, w_dim=24),
    "decay": dict(fmap_decay=0.7, noise=False, resolution=32),
    "pool last": dict(pool_last=True, fused_kernels=True),
    "A": ABLATIONS["A"] | dict(w_dim=24),
    "B": ABLATIONS["B"] | dict(w_dim=24),
    **{name: ABLATIONS[name] for name in "CDEF"},
}


@pytest.mark.parametrize("resolution", PARAMETERS)
def test_parameters_are_those_of_the_official_networks(resolution):
    count = cost.parameters(Config(resolution=resolution))
    assert (
        tuple(count[k] for k in ("generator", "mapping", "synthesis", "discriminator"))
        == PARAMETERS[resolution]
    )


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_parameters_are_those_of_built_networks(changes):
    config = TINY.replace(**changes)
    G, D = Generator(config), Discriminator(config)

    def size(layer):
        return sum(int(np.prod(v.shape)) for v in layer.trainable_variables)

    assert cost.parameters(config) == {
        "generator": size(G),
        "mapping": size(G.mapping),
        "synthesis": size(G.synthesis),
        "discriminator": size(D),
    }


@pytest.mark.parametrize("resolution", GIGA_MULTIPLY_ADDS)
def test_multiply_adds_are_those_of_the_official_networks(resolution):
    config = Config(resolution=resolution)
    counts = [
        cost.multiply_adds(config, resolution, form)[net]
        for form in ("official", "plain")
        for net in cost.NETWORKS
    ]
    assert [round(count / 1e9, 2) for count in counts] == list(GIGA_MULTIPLY_ADDS[resolution])


def test_our_form_saves_the_resampling_kernels():
    config = Config(resolution=32)
    plain, ours = (cost.multiply_adds(config, 32, form)["generator"] for form in ("plain", "ours"))
    up = (
        9 * 512 * 512 * (8**2 + 16**2 + 32**2)
    )  # multiply-adds of the three up-sampling layers at the larger side
    assert (
        plain - ours == up - up * 4 / 9
    )  # 16 products for each pixel of the smaller side instead of 9 of the larger


def test_stages_of_a_large_config_cost_as_much_as_a_small_one():
    assert cost.multiply_adds(Config(resolution=64), 16) == cost.multiply_adds(Config(resolution=16), 16)


@pytest.mark.parametrize(("argument", "value"), [("resolution", 64), ("resolution", 12), ("form", "fast")])
def test_unknown_stages_and_forms_are_refused(argument, value):
    with pytest.raises(ValueError, match=f"{argument} is '?{value}"):
        cost.multiply_adds(**dict(config=TINY, resolution=8, form="ours") | {argument: value})


@pytest.mark.parametrize(
    "changes",
    [{}, dict(shared_forward=True, r1_gamma=0.0), dict(blur=False, mixing_probability=0.0, label_dim=3)],
    ids=["default", "shared forward, no R1", "no blur, no mixing, labels"],
)
def test_step_flops_are_those_of_the_graph(changes):
    config = TINY.replace(**changes)
    assert cost.step_flops(config, 8) * 8 == 2 * _multiply_adds_of_a_step(config, 8)


@pytest.mark.parametrize("changes", [dict(r1_every=4), dict(loss="wgan-gp")], ids=["lazy R1", "WGAN-GP"])
def test_step_flops_of_a_penalty_with_its_own_forward_pass(changes, monkeypatch):
    monkeypatch.setattr(tf, "cond", lambda condition, yes, no: yes())
    config = TINY.replace(**changes)
    executed = 2 * _multiply_adds_of_a_step(config, 8)
    # TensorFlow passes leaky ReLU's second derivative, which is zero, through D's last layers; that is not
    # counted
    assert 0.96 * executed < cost.step_flops(config, 8) * 8 <= executed
    assert cost.step_flops(config, 8, r1=False) < cost.step_flops(config, 8)


def _multiply_adds_of_a_step(config, resolution):
    """Of the products that the graph of a train step needs for its results, by their shapes."""
    return sum(map(multiply_adds, operations_of_a_step(config, resolution)))


def test_the_kinds_of_products_are_told_apart():
    passes = cost.step_passes(TINY, 8)
    times = Counter()
    for layer, kind, count in passes:
        times[layer.network, layer.name, layer.stage, kind] = count
    of_conv = [times["discriminator", "conv", 8, kind] for kind in ("forward", "input", "weight")]
    assert of_conv == [4, 4, 3]  # fakes, reals, R1 there and back, G's step; ...
    assert times["discriminator", "from RGB", 8, "input"] == 2  # R1 and G's step
    assert times["synthesis", "conv", 8, "forward"] == 2
    assert times["mapping", "dense 0", 4, "input"] == 0
