"""Train the classifier that judges digits, and write data/pretrained/digits_classifier.npz.

python tools/train_digits_classifier.py            # about a minute on two cores
"""

from pathlib import Path

import stylegan_tf as sg  # isort: skip
import keras
import numpy as np

from stylegan_tf.data.pixels import to_unit_range
from stylegan_tf.metrics.judges.features import build_digits_classifier

OUT = Path(__file__).resolve().parent.parent / "data/pretrained/digits_classifier.npz"


def main():
    keras.utils.set_random_seed(1)
    digits = sg.data.load_digits()
    images, labels = to_unit_range(digits.images), digits.labels
    train, held_out = slice(0, 8000), slice(8000, None)
    model = build_digits_classifier()
    logits = keras.Model(model.input, model.output["logits"])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    logits.compile(keras.optimizers.Adam(2e-3), loss=loss, metrics=["accuracy"])
    halve = keras.callbacks.LearningRateScheduler(lambda epoch: 2e-3 * 0.5 ** (epoch // 3))
    logits.fit(images[train], labels[train], batch_size=64, epochs=12, verbose=2, callbacks=[halve])
    guess = logits.predict(images[held_out], verbose=0).argmax(axis=1)
    accuracy = float((guess == labels[held_out]).mean())
    OUT.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(OUT, **{f"w{i}": w.astype("float32") for i, w in enumerate(model.get_weights())})
    size = OUT.stat().st_size / 1e6
    print(f"accuracy on the 2,000 held-out digits: {accuracy:.4f}; wrote {OUT.name} ({size:.2f} MB)")


if __name__ == "__main__":
    main()
