"""A StyleGAN of 8x8 that trains in seconds."""

from stylegan_tf import Config, StyleGAN

TINY = Config(
    resolution=8, channels=1, z_dim=16, w_dim=16, mapping_width=16, mapping_layers=2, fmap_base=64, fmap_max=16, batch_size=8,
    start_resolution=4, stage_kimg={4: (0, 0.04), 8: (0.04, 0.04)}, total_kimg=0.16, tick_kimg={4: 0.032, 8: 0.032},
    r1_every=2, shared_forward=True, learning_rate=0.003, ema_kimg=0.1,
)  # fmt: skip


def make(**changes):
    gan = StyleGAN(TINY.replace(**changes))
    gan.compile()
    return gan


def all_weights(gan):
    return gan.get_weights()
