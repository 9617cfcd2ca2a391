"""Train the attribute classifier of toy faces, and write data/pretrained/face_reader.npz.

python tools/train_face_reader.py                  # some minutes on two cores
python tools/train_face_reader.py --check          # only measure the shipped one, on fresh faces
"""

import argparse
from pathlib import Path

import stylegan_tf as sg  # isort: skip
import keras
import numpy as np
import tensorflow as tf

from stylegan_tf.data import FACTORS, load_toyfaces
from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics.judges.faces import FaceReader, accuracy, build_face_reader

OUT = Path(sg.__file__).resolve().parent.parent / "data/pretrained/face_reader.npz"
COUNT, EPOCHS, BATCH, SEED, FRESH_SEED = 30_000, 12, 128, 1, 1000


def targets(factors):
    """By factor: continuous ones scaled to [-1, 1], the others as they are."""
    scaled = {f.name: 2 * (c - f.low) / (f.high - f.low) - 1 for f, c in zip(FACTORS, factors.T, strict=True)}
    whole = {f.name: c for f, c in zip(FACTORS, factors.T, strict=True) if f.values}
    return {name: column[:, None] for name, column in (scaled | whole).items()}


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


def train(cache):
    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    faces = load_toyfaces(COUNT, seed=SEED, cache=cache)
    pictures = tf.data.Dataset.from_tensor_slices((to_unit_range(faces.images), targets(faces.factors)))
    batches = pictures.shuffle(COUNT, seed=SEED).batch(BATCH, drop_remainder=True).repeat(EPOCHS)
    steps = tf.data.Dataset.range(EPOCHS * (COUNT // BATCH))
    data = tf.data.Dataset.zip(steps, batches).map(lambda step, batch: disturb(step, *batch)).prefetch(2)

    model = build_face_reader()
    heads = keras.Model(model.input, {f.name: model.output[f.name] for f in FACTORS})
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
        loss={f.name: losses[f.kind] for f in FACTORS},
        loss_weights={f.name: weights[f.kind] for f in FACTORS},
    )
    heads.fit(data, epochs=EPOCHS, steps_per_epoch=COUNT // BATCH, shuffle=False, verbose=2)
    np.savez_compressed(OUT, **{f"w{i}": w.astype("float16") for i, w in enumerate(model.get_weights())})
    print(f"wrote {OUT.name} ({OUT.stat().st_size / 1e6:.2f} MB)")


def check():
    """Print how right the shipped attribute classifier is about fresh faces: 32 and 64 pixels, and noise."""
    reader = FaceReader()
    plain, large = load_toyfaces(5000, seed=FRESH_SEED), load_toyfaces(2000, 64, seed=FRESH_SEED + 1)
    noise = 0.05 * np.random.default_rng(0).standard_normal(plain.images.shape)
    columns = [
        accuracy(reader.read(to_unit_range(plain.images)), plain.factors),
        accuracy(reader.read(to_unit_range(large.images)), large.factors),
        accuracy(reader.read(to_unit_range(plain.images) + noise), plain.factors),
    ]
    print("factor       measure    32x32   64x64   32x32 with noise")
    for f in FACTORS:
        measure = "R^2" if f.kind == "continuous" else "right"
        print(f"{f.name:<12} {measure:<8}", *(f"{c[f.name]:7.4f}" for c in columns))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="train nothing")
    parser.add_argument("--cache", metavar="FOLDER", help="keep the faces of the training there")
    arguments = parser.parse_args()
    if not arguments.check:
        train(arguments.cache)
    check()
