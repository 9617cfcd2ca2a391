"""Train the attribute classifier of toy faces, and write its file in data/pretrained.

python tools/train_face_reader.py --palette continuous           # some minutes on two cores
python tools/train_face_reader.py --palette continuous --check   # only measure the shipped one
"""

import argparse
from pathlib import Path

import stylegan_tf as sg  # isort: skip
import keras
import numpy as np
import tensorflow as tf

from stylegan_tf.data import load_toyfaces
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.data.toyfaces.factors import PALETTE, PALETTES, factors_of
from stylegan_tf.metrics.judges.faces import WEIGHTS, FaceReader, accuracy, build_face_reader

DATA = Path(sg.__file__).resolve().parent.parent / "data"
COUNT, EPOCHS, BATCH, SEED, FRESH_SEED = 30_000, 12, 128, 1, 1000


def targets(factors, table):
    """By factor: continuous ones scaled to [-1, 1], the others as they are."""
    wanted = {}
    for factor, column in zip(table, factors.T, strict=True):
        if not factor.values:
            column = 2 * (column - factor.low) / (factor.high - factor.low) - 1
        wanted[factor.name] = column[:, None]
    return wanted


def disturb(step, images, wanted):
    """Disturb pictures as those of a generator may be disturbed.

    That is shifts by a pixel, softness, other brightness and contrast, and noise.
    """
    seeds = tf.random.experimental.stateless_split(tf.stack([tf.constant(SEED, tf.int64), step]), 5)
    x = tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), "SYMMETRIC")
    y0, x0 = tf.unstack(tf.random.stateless_uniform((2,), seeds[0], 0, 3, tf.int32))
    x = x[:, y0 : y0 + 32, x0 : x0 + 32]
    count = tf.shape(x)[0]
    soft = tf.random.stateless_uniform((count, 1, 1, 1), seeds[1], -0.6, 0.6)
    x += tf.nn.relu(soft) * (tf.nn.avg_pool2d(x, 3, 1, "SAME") - x)
    gain, shift = tf.unstack(tf.random.stateless_uniform((2, count, 1, 1, 1), seeds[2], -0.08, 0.08))
    spread = tf.random.stateless_uniform((count, 1, 1, 1), seeds[3], 0.0, 0.08)
    noise = spread * tf.random.stateless_normal(tf.shape(x), seeds[4])
    return tf.clip_by_value(x * (1 + gain) + shift + noise, -1, 1), wanted


def faces_to_learn(palette, cache):
    """Faces (N, 32, 32, 3) in [-1, 1] and their factors, without chance's details and with all of them.

    The classifier of the named colours was trained on the first kind alone.
    """
    plain = load_toyfaces(COUNT, seed=SEED, cache=cache, palette=palette)
    if palette == "named":
        return to_unit_range(plain.images), plain.factors
    rich = load_toyfaces(COUNT, seed=SEED + 1, cache=cache, palette=palette, detail=1.0)
    images = np.concatenate([plain.images[: COUNT // 2], rich.images[: COUNT // 2]])
    factors = np.concatenate([plain.factors[: COUNT // 2], rich.factors[: COUNT // 2]])
    return to_unit_range(images), factors


def train(palette, cache):
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    table = factors_of(palette)
    images, factors = faces_to_learn(palette, cache)
    pictures = tf.data.Dataset.from_tensor_slices((images, targets(factors, table)))
    batches = pictures.shuffle(COUNT, seed=SEED).batch(BATCH, drop_remainder=True).repeat(EPOCHS)
    steps = tf.data.Dataset.range(EPOCHS * (COUNT // BATCH))
    data = tf.data.Dataset.zip(steps, batches).map(lambda step, batch: disturb(step, *batch)).prefetch(2)

    model = build_face_reader(palette)
    heads = keras.Model(model.input, {f.name: model.output[f.name] for f in table})
    losses = {
        "continuous": "mse",
        "binary": keras.losses.BinaryCrossentropy(from_logits=True),
        "categorical": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    }
    weights = {"continuous": 5.0, "binary": 1.0, "categorical": 0.5}
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, EPOCHS * (COUNT // BATCH), warmup_target=2e-3, warmup_steps=200
    )
    heads.compile(
        keras.optimizers.Adam(rate, clipnorm=5.0),
        loss={f.name: losses[f.kind] for f in table},
        loss_weights={f.name: weights[f.kind] for f in table},
    )
    heads.fit(data, epochs=EPOCHS, steps_per_epoch=COUNT // BATCH, shuffle=False, verbose=2)
    out = DATA / WEIGHTS[palette]
    np.savez_compressed(out, **{f"w{i}": w.astype("float16") for i, w in enumerate(model.get_weights())})
    print(f"wrote {out.name} ({out.stat().st_size / 1e6:.2f} MB)")


def check(palette):
    """Print how right the shipped attribute classifier is about fresh faces of several kinds."""
    reader = FaceReader(palette)
    plain = load_toyfaces(5000, seed=FRESH_SEED, palette=palette)
    large = load_toyfaces(2000, 64, seed=FRESH_SEED + 1, palette=palette)
    rich = load_toyfaces(5000, seed=FRESH_SEED + 2, palette=palette, detail=1.0)
    noise = 0.05 * np.random.default_rng(0).standard_normal(plain.images.shape)
    columns = []
    for faces, added in [(plain, 0), (large, 0), (plain, noise), (rich, 0)]:
        read = reader.read(to_unit_range(faces.images) + added)
        columns.append(accuracy(read, faces.factors, palette))
    print("factor       measure    32x32   64x64   noise   detail 1")
    for f in reader.factors:
        measure = "R^2" if f.kind == "continuous" else "right"
        print(f"{f.name:<12} {measure:<8}", *(f"{c[f.name]:7.4f}" for c in columns))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--palette", choices=list(PALETTES), default=PALETTE)
    parser.add_argument("--check", action="store_true", help="train nothing")
    parser.add_argument("--cache", metavar="FOLDER", help="keep the faces of the training there")
    arguments = parser.parse_args()
    if not arguments.check:
        train(arguments.palette, arguments.cache)
    check(arguments.palette)
