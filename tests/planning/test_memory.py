"""The arithmetic of memory against a traced training step, and against a process that trains."""

import pytest
from support.traced import operations_of_a_step, peak_bytes

from stylegan_tf import ABLATIONS, Config, StyleGAN
from stylegan_tf.planning import memory

SMALL = Config(
    resolution=16, fmap_base=512, fmap_max=64, z_dim=32, w_dim=32, mapping_width=32, mapping_layers=2, batch_size=16,
    start_resolution=16, shared_forward=True,
)  # fmt: skip


@pytest.mark.parametrize(
    "changes", [{}, {**ABLATIONS["B"], "r1_gamma": 0.0}], ids=["default", "B without R1"]
)
def test_activations_are_what_a_traced_step_holds(changes):
    """With one forward pass for both updates the graph has to keep G's maps through D's update, in whatever
    order it runs.
    """
    config = SMALL.replace(**changes)
    held = peak_bytes(operations_of_a_step(config, 16))
    assert 0.88 * held < 16 * memory.activations(config, 16) < 1.12 * held


def test_weights_are_those_of_the_networks_their_optimizers_and_gradients():
    gan = StyleGAN(SMALL)
    gan.compile()
    moments = [v for v in gan.optimizer_variables if len(v.shape)]
    trained = [*gan.generator.trainable_variables, *gan.discriminator.trainable_variables]
    kept = [
        *moments,
        *trained,
        *gan.ema_generator.trainable_variables,
        *trained,
    ]  # the last for the gradients
    assert memory.weights(SMALL) == sum(4 * v.numpy().size for v in kept)


def test_the_second_order_of_r1_and_a_third_pass_cost_memory():
    plain, r1, lazy = (
        memory.activations(SMALL.replace(**c), 16) for c in (dict(r1_gamma=0.0), {}, dict(r1_every=4))
    )
    assert plain < r1 < lazy


def test_an_image_of_a_larger_stage_holds_more():
    config = Config()
    held = [memory.activations(config, r) for r in config.resolutions]
    assert held == sorted(held)


def test_a_process_needs_the_program_the_weights_and_each_image():
    one, two = memory.host(SMALL, 16, 1), memory.host(SMALL, 16, 2)
    assert two - one == memory.activations(SMALL, 16)
    assert one - memory.activations(SMALL, 16) - memory.weights(SMALL) == memory.PROGRAM
