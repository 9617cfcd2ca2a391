"""How good are generated digits? Fréchet distance, variety and confidence, in the eyes of a classifier."""

from __future__ import annotations

import numpy as np

from stylegan_tf.data.digits import load_digits
from stylegan_tf.data.pipeline import Images
from stylegan_tf.generator import Generator
from stylegan_tf.metrics.features import DigitsJudge
from stylegan_tf.metrics.fid import fid


def sample(generator: Generator, count: int, seed: int = 0, batch_size: int = 250, **call) -> np.ndarray:
    """``count`` images (count, r, r, channels) of latents drawn from ``seed``; further arguments go to the generator.

    A conditional generator draws its classes in turn.
    """
    latents = np.random.default_rng(seed).standard_normal((count, generator.z_dim)).astype("float32")
    parts, classes = np.array_split(np.arange(count), max(1, count // batch_size)), generator.config.label_dim
    labels = np.eye(classes, dtype="float32")[np.arange(count) % classes] if classes else None
    return np.concatenate([np.asarray(generator(latents[p], labels=labels[p] if classes else None, **call)) for p in parts])


def to_unit_range(images: np.ndarray) -> np.ndarray:
    """uint8 pictures as float32 in [-1, 1]."""
    return images.astype("float32") * (2.0 / 255.0) - 1.0


def judge_digits(generator: Generator, count: int = 10_000, seed: int = 0, test: Images | None = None, **call) -> dict:
    """Generate ``count`` digits of 32x32 and compare them with the 10,000 embedded real ones.

    Args:
        test: other real digits, such as MNIST's test set, to compare with as well.
        call: further arguments of the generator, such as psi.

    Returns:
        ``fid`` and its floor ``fid_real_halves`` (two halves of the real digits), ``count``, ``shares`` (10 numbers, how
        often each class is seen), ``entropy`` of the shares (1 = even), ``confidence`` (mean largest probability) and
        ``confidence_real``. With ``test`` also ``fid_test`` and its floor ``fid_real_test``, the embedded digits' distance.
    """
    judge, digits = DigitsJudge(), load_digits()
    real, real_probability = judge(to_unit_range(digits.images))
    fake, probability = judge(sample(generator, count, seed, **call))
    shares = np.bincount(probability.argmax(axis=1), minlength=10) / count
    seen = shares[shares > 0]
    scores = {"fid": fid(fake, real), "fid_real_halves": fid(real[::2], real[1::2])}
    if test is not None:
        features, _ = judge(to_unit_range(test.images))
        scores |= {"fid_test": fid(fake, features), "fid_real_test": fid(real, features)}
    return scores | {
        "count": count,
        "shares": [round(float(s), 4) for s in shares],
        "entropy": float(-(seen * np.log(seen)).sum() / np.log(10)),
        "confidence": float(probability.max(axis=1).mean()),
        "confidence_real": float(real_probability.max(axis=1).mean()),
    }
