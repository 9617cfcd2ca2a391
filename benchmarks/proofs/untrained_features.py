"""Do features of a network that was never trained order generators as a trained classifier does?

    python benchmarks/proofs/untrained_features.py

Eight generators of digits (the ablation's A to F and the two that are shipped) and other real digits are
compared with 1,000 real ones: FID in the features of the digits classifier, and FID and KID in those of an
untrained VGG16, with two seeds of its weights. The table is that of docs/metrics.md, Pictures of any kind.
"""

import stylegan_tf as sg  # isort: skip
import numpy as np
from scipy.stats import spearmanr

from stylegan_tf.ablation import shelf
from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.metrics import DigitsJudge, fid, kid
from stylegan_tf.metrics.batches import draw_images
from stylegan_tf.metrics.judges.untrained import UntrainedFeatures

COUNT = 1000
SEEDS = (0, 1)


def sets_of_pictures(other):
    """Pairs of a name and COUNT pictures in [-1, 1]: of each generator, then other real ones."""
    generators = dict(shelf.generators())
    for name in ("mnist32", "mnist32_labels"):
        generators[name] = sg.pretrained(name).ema_generator
    for name, generator in generators.items():
        yield name, to_unit_range(to_uint8(draw_images(generator, COUNT, seed=1)))
    yield "other real digits", other


def main():
    digits = sg.data.load_digits()
    order = np.random.default_rng(0).permutation(len(digits))
    real, other = (to_unit_range(digits.images[order[i * COUNT : (i + 1) * COUNT]]) for i in (0, 1))
    classifier = DigitsJudge()
    untrained = [UntrainedFeatures(seed) for seed in SEEDS]
    real_classified = classifier(real)[0]
    real_untrained = [features(real) for features in untrained]

    print("| pictures | FID, classifier | FID, untrained | KID, untrained | FID, untrained, seed 1 |")
    print("|---|---|---|---|---|")
    rows = []
    for name, images in sets_of_pictures(other):
        row = [fid(real_classified, classifier(images)[0])]
        for features, known in zip(untrained, real_untrained, strict=True):
            found = features(images)
            row += [fid(known, found), kid(known, found).mean]
        rows.append(row)
        print(f"| {name} | {row[0]:.1f} | {row[1]:.4f} | {row[2]:.5f} | {row[3]:.4f} |", flush=True)

    order = spearmanr(rows).statistic
    print(
        f"rank correlation with the classifier's FID: {order[0, 1]:.2f}, {order[0, 2]:.2f}, {order[0, 3]:.2f}"
    )


if __name__ == "__main__":
    main()
