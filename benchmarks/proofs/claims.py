"""The paper's claims, one by one: do they show in this course's networks?

python benchmarks/proofs/claims.py                                  # shipped toy faces, ablation, discs
python benchmarks/proofs/claims.py --network runs/x --samples 400   # a run of faces, quickly

The rule was fixed before anything was measured. A claim is a difference that is above 0 if the paper is
right. It is "shown" if the lower end of its 95 % interval is above 0, "opposite" if the upper end is below 0,
and else "not clear". Errors of a network are those over blocks of latents. Errors of the ablation are those
over seeds (stylegan_tf/ablation/comparison.py). Discs of sand are small generators that are trained here, one
with noise and one without for each of five seeds; their errors are those over the seeds.
"""

import argparse
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import stylegan_tf as sg  # isort: skip
import keras
import numpy as np
from csv_rows import read_rows
from scipy import stats

from stylegan_tf import latents
from stylegan_tf.ablation.comparison import compare, means, with_error
from stylegan_tf.ablation.table import Table
from stylegan_tf.course import discs
from stylegan_tf.data.names import look
from stylegan_tf.data.pixels import to_uint8
from stylegan_tf.figures import style_bands
from stylegan_tf.latents.codes import noise_list
from stylegan_tf.metrics.entanglement import layer_factor_atlas, read_styles
from stylegan_tf.metrics.equivariance import translation_equivariance
from stylegan_tf.metrics.evaluation import judge_of
from stylegan_tf.metrics.judges.faces import FaceReader
from stylegan_tf.metrics.path_length import perceptual_path_length
from stylegan_tf.metrics.redraw import limit_of_fresh_faces, redraw
from stylegan_tf.metrics.separability import linear_separability
from stylegan_tf.networks.sampling import images_of, styles_of

RESULTS = Path(__file__).resolve().parent.parent / "results"
BLOCKS = 10  # into which latents are divided, for the error of a mean
POSE = ("yaw", "pitch", "roll")
DISCS = 400  # that are drawn by each small generator
DISC_SEEDS = (3, 4, 5, 6, 7)  # 0, 1 and 2 came first, and left too wide an interval: docs/claims.md
ATTRIBUTES = ("glasses", "moustache", "hair_length", "smile")  # those of separability
EFFECT = 0.1  # of a direction: deviations of its attribute, the mean of all faces
STEPS = (0, 0.125, 0.25, 0.5, 1, 2, 4)  # deviations of the codes, in which the effect is looked for
UNTRAINED_SEEDS = range(6)


@dataclass(frozen=True)
class Claim:
    """What the paper says, what was measured, and whether it shows.

    Attributes:
        letter, sentence, source: the claim, and where the paper makes it.
        measured: the numbers, in words.
        difference, half_width: above 0 if the paper is right, and half of its 95 % interval.
    """

    letter: str
    sentence: str
    source: str
    measured: str
    difference: float
    half_width: float

    @property
    def verdict(self) -> str:
        if self.difference - self.half_width > 0:
            return "shown"
        if self.difference + self.half_width < 0:
            return "opposite"
        return "not clear"


def of_blocks(values) -> tuple[float, float]:
    """The mean of numbers, one a block, and half of its 95 % interval."""
    values = np.asarray(values, "float64")
    return float(values.mean()), float(1.96 * values.std(ddof=1) / np.sqrt(len(values)))


def of_two(a, error_a, b, error_b) -> tuple[float, float]:
    """The difference a - b of two measured numbers, and half of its 95 % interval."""
    return float(a - b), float(1.96 * np.hypot(error_a, error_b))


# Claims that one network shows


def path_lengths(G, judge, samples):
    """(b) The path length of W is below that of Z."""
    z, w = (perceptual_path_length(G, judge.distance, space, "full", samples, seed=1) for space in "zw")
    measured = f"z {z.mean:.0f} ± {z.standard_error:.0f}, w {w.mean:.0f} ± {w.standard_error:.0f}"
    difference = of_two(z.mean, z.standard_error, w.mean, w.standard_error)
    return Claim("b", "W is perceptually smoother than Z", "section 4.1, Table 3", measured, *difference)


def separabilities(G, judge, samples):
    """(c) Separability is better, a smaller number, in W."""
    z = np.random.default_rng(2).standard_normal((samples, G.config.z_dim)).astype("float32")
    w = np.asarray(G.mapping(z))
    images = [np.asarray(G.synthesis(G.broadcast(part))) for part in np.array_split(w, samples // 100)]
    probabilities = np.concatenate([judge.attributes(part) for part in images])
    in_z, in_w = (linear_separability(codes, probabilities, seed=2) for codes in (z, w))
    measured = (
        f"z {in_z.score:.2f} ± {in_z.standard_error:.2f}, w {in_w.score:.2f} ± {in_w.standard_error:.2f}"
    )
    difference = of_two(in_z.score, in_z.standard_error, in_w.score, in_w.standard_error)
    return Claim(
        "c", "Factors are separated more linearly in W", "section 4.2, Table 4", measured, *difference
    )


def scales_of_styles(G, read, samples):
    """(e) Coarse styles carry the pose, fine styles the colours."""
    bands = style_bands(G.config.num_layers)
    coarse, fine = list(bands)[0], list(bands)[-1]
    by_block = []
    for seeds in np.array_split(np.arange(samples), BLOCKS):
        atlas = layer_factor_atlas(G, styles_of(G, seeds), styles_of(G, seeds + 10**6), read, bands)
        carried = dict(zip(atlas.bands, atlas.carried, strict=True))
        is_pose = np.array([name in POSE for name in atlas.factors])
        is_colour = np.array([name.split()[0] in ("skin", "background", "shirt") for name in atlas.factors])
        pose = carried[coarse][is_pose].mean() - carried[fine][is_pose].mean()
        colour = carried[fine][is_colour].mean() - carried[coarse][is_colour].mean()
        by_block.append((pose, colour))
    pose, colour = np.mean(by_block, axis=0)
    measured = f"share carried, coarse less fine: pose {pose:+.2f}, colours {-colour:+.2f}"
    # Both must hold: the smaller of the two counts.
    smaller = np.argmin(np.mean(by_block, axis=0))
    difference = of_blocks(np.array(by_block)[:, smaller])
    return Claim("e", "Each style acts on its own scale", "section 3, Figure 3", measured, *difference)


def what_noise_changes(G, read, samples):
    """(f) Noise changes details and leaves the factors alone."""
    rng = np.random.default_rng(3)
    maps = [noise_list(G.config, rng) for _ in range(2)]
    pixels, factors = [], []
    for seeds in np.array_split(np.arange(samples), BLOCKS):
        first, second = (images_of(G, seeds, noise=noise) for noise in maps)
        # Shares of the variance over two draws of the noise, in the pixels and in what is read.
        pixels.append(_share_of_noise(first.reshape(len(seeds), -1), second.reshape(len(seeds), -1)))
        readings = [_numbers(read(images)) for images in (first, second)]
        factors.append(np.mean([_share_of_noise(a, b) for a, b in zip(*readings, strict=True)]))
    measured = f"share of noise: of the pixels {np.mean(pixels):.2%}, of the factors {np.mean(factors):.2%}"
    difference = of_blocks(np.subtract(pixels, factors))
    return Claim("f", "Noise changes details, not who it is", "section 3.2, Figure 4", measured, *difference)


def _numbers(readings):
    """What is read, as columns (N, 1)."""
    return [np.asarray(values, "float64").reshape(len(values), -1) for values in readings.values()]


def _share_of_noise(first, second):
    """Variance between two draws of the noise, as a share of all variance; (N, D) each."""
    within = ((first - second) ** 2).mean() / 2
    total = np.concatenate([first, second]).var(axis=0).mean()
    return within / max(total, 1e-12)


def scales_of_noise(G, samples):
    """(g) Noise on coarse layers moves large things, noise on fine layers small ones."""
    rng = np.random.default_rng(4)
    one, other = noise_list(G.config, rng), noise_list(G.config, rng)
    half = G.config.num_layers // 2
    coarse, fine = other[:half] + one[half:], one[:half] + other[half:]
    by_block = []
    for seeds in np.array_split(np.arange(samples), BLOCKS):
        images = images_of(G, seeds, noise=one)
        by_block.append([_frequency(images_of(G, seeds, noise=noise) - images) for noise in (coarse, fine)])
    low, high = np.mean(by_block, axis=0)
    measured = (
        f"mean frequency of the change, cycles a picture: coarse noise {low:.1f}, fine noise {high:.1f}"
    )
    difference = of_blocks(np.diff(by_block, axis=1)[:, 0])
    sentence = "Coarse noise moves large structures, fine noise small ones"
    return Claim("g", sentence, "section 3.2, Figure 5", measured, *difference)


def _frequency(images):
    """Mean spatial frequency of images (N, r, r, C), in cycles a picture, weighted by power."""
    side = images.shape[1]
    power = np.abs(np.fft.fft2(images, axes=(1, 2))) ** 2
    cycles = np.fft.fftfreq(side) * side
    radius = np.hypot(*np.meshgrid(cycles, cycles, indexing="ij"))
    return float((power * radius[None, :, :, None]).sum() / power.sum())


def truncation(G, reader, detail, samples):
    """(k) Truncation raises quality and lowers variety."""
    limit = limit_of_fresh_faces(reader, detail=detail)
    quality, variety = [], []
    for seeds in np.array_split(np.arange(samples), BLOCKS):
        drawn = {psi: images_of(G, seeds, psi=psi) for psi in (1.0, 0.7)}
        beyond = {
            psi: (redraw(images, reader, detail=detail).distances > limit).mean()
            for psi, images in drawn.items()
        }
        spread = {psi: images.std(axis=0).mean() for psi, images in drawn.items()}
        quality.append((beyond[1.0], beyond[0.7]))
        variety.append((spread[1.0], spread[0.7]))
    (all_beyond, few_beyond), (all_spread, few_spread) = np.mean(quality, axis=0), np.mean(variety, axis=0)
    measured = (
        f"psi 1 to 0.7: faces beyond the real ones {all_beyond:.0%} to {few_beyond:.0%}, "
        f"spread of the pixels {all_spread:.2f} to {few_spread:.2f}"
    )
    better, less = (of_blocks(-np.diff(values, axis=1)[:, 0]) for values in (quality, variety))
    # Both must hold: the less certain one counts.
    difference = min(better, less, key=lambda found: found[0] - found[1])
    sentence = "Truncation in W raises quality and lowers variety"
    return Claim("k", sentence, "appendix B, Figure 8", measured, *difference)


def leaks_of_directions(G, read, samples):
    """(l) At equal effect, a direction in W moves the other factors less than one in Z."""
    # Directions are normals, as in separability.
    z = latents.from_seeds(range(4 * samples), G.config.z_dim)
    w = np.asarray(G.mapping(z))
    readings = read_styles(G, G.broadcast(w), read)
    deviations = {name: values.std(axis=0).mean() for name, values in readings.items()}
    labels = {name: (readings[name] > np.median(readings[name])).astype("float64") for name in ATTRIBUTES}

    # Other faces are moved along them.
    first = 10**6
    starts = latents.from_seeds(range(first, first + samples), G.config.z_dim)
    spaces = {
        "z": (_unit(z), _unit(starts), G.mapping),
        "w": (w, np.asarray(G.mapping(starts)), np.asarray),
    }
    found = {}
    for space, (learned, codes, to_w) in spaces.items():
        leaks = []
        for name in ATTRIBUTES:
            normal = latents.direction(learned, labels[name], "logistic")
            steps = np.multiply.outer(STEPS, normal.deviation * np.asarray(normal)).astype("float32")
            moved = [read_styles(G, G.broadcast(np.asarray(to_w(codes + step))), read) for step in steps]
            leaks.append(_leak_at_effect(moved, name, deviations))
        found[space] = np.mean(leaks, axis=0)  # (BLOCKS,)
    measured = (
        f"mean change of the other factors where one attribute changes by {EFFECT}, in deviations: "
        f"z {found['z'].mean():.2f}, w {found['w'].mean():.2f}"
    )
    sentence = "A direction in W leaks less than one in Z"
    return Claim("l", sentence, "section 4.2", measured, *of_blocks(found["z"] - found["w"]))


def _unit(codes):
    """Codes scaled to length 1: only their direction counts in Z."""
    return codes / np.linalg.norm(codes, axis=1, keepdims=True)


def _leak_at_effect(moved, name, deviations):
    """Mean absolute change of the other factors where ``name`` has changed by EFFECT, by block of faces.

    moved: what is read of the faces at each of STEPS.
    """
    effects = []
    leaks = []
    for readings in moved:
        change = {
            factor: (readings[factor] - moved[0][factor]) / deviation
            for factor, deviation in deviations.items()
        }
        others = [
            np.abs(values).reshape(len(values), -1).mean(axis=1)
            for factor, values in change.items()
            if factor != name
        ]
        effects.append(change[name].mean())
        leaks.append([part.mean() for part in np.array_split(np.mean(others, axis=0), BLOCKS)])

    # Between the last step that is too short and the first that is long enough.
    reached = int(np.argmax(np.array(effects) >= EFFECT))
    if not reached:
        raise SystemExit(f"{STEPS[-1]} deviations do not move {name} by {EFFECT} deviations: {effects}")
    around = slice(reached - 1, reached + 1)
    return [np.interp(EFFECT, effects[around], by_step[around]) for by_step in np.transpose(leaks)]


# Claims that untrained networks show


def aliasing():
    """(m) With blur, what is drawn moves with the maps, by half a pixel of theirs as well."""
    found = np.array([[_equivariance(blur, seed) for blur in (True, False)] for seed in UNTRAINED_SEEDS])
    measured = (
        "maps of 16x16 moved by half a pixel, how nearly the image moves with them: "
        f"without blur {found[:, 1].mean():.0f} dB, with {found[:, 0].mean():.0f} dB"
    )
    sentence = "Low-pass filters at up-sampling reduce aliasing (untrained networks)"
    return Claim("m", sentence, "section 2.1", measured, *of_seeds(found[:, 0] - found[:, 1]))


def _equivariance(blur, seed):
    """Of a generator of 32x32 with random weights, in decibels."""
    keras.utils.set_random_seed(seed)
    G = sg.Generator(sg.preset("toyfaces32").replace(blur=blur, seed=seed))
    ws = G.broadcast(G.mapping(latents.from_seeds(range(64), G.config.z_dim)))
    return translation_equivariance(G, np.asarray(ws), pixels=1, at=16)


# Claims that compare networks of the ablation


def of_runs(rows, claim, metric, worse, better):
    """The metric of one variant is below that of another, over the seeds of the ablation.

    claim: letter, sentence, source.
    """
    values, errors = {}, {}
    for name in (worse, better):
        own = [row for row in rows if row["variant"] == name]
        values[name] = [row[metric] for row in own]
        errors[name] = [row[f"{metric} error"] for row in own]
    found, freedom = means(values, errors)
    verdict = compare(found[better], found[worse], freedom)
    numbers = [f"{name} {with_error(found[name].mean, found[name].error)}" for name in (worse, better)]
    return Claim(*claim, f"{metric}: {', '.join(numbers)}", verdict.difference, verdict.half_width)


def of_ablation() -> list[Claim]:
    """The claims that compare networks: digits, 60 kimg and three seeds each."""
    rows = Table(RESULTS).rows()
    depth = ("d", "A deeper mapping network straightens W", "section 4, Table 4")
    path_length = ("j", "Mixing in training costs path length", "section 4.1, Table 3")
    plain = ("o", "StyleGAN has a better FID than the plain generator", "section 2.1, Table 1")
    claims = [
        of_runs(rows, depth, "PPL w full", "depth=3", "depth=8"),
        of_runs(rows, path_length, "PPL w full", "mixing=0.9", "mixing=0"),
        of_runs(rows, plain, "FID", "B", "F"),
    ]
    for count in (2, 3, 4):
        mixed = ("i", f"Mixing in training keeps the FID of {count} latents", "section 3.1, Table 2")
        claims.append(of_runs(rows, mixed, f"FID of {count} latents", "mixing=0", "mixing=0.9"))

    # The same comparison after a longer training, two seeds.
    longer = Table(RESULTS / "ablation_200kimg").rows()
    letter, sentence, source = plain
    claims.append(of_runs(longer, (letter, f"{sentence}, after 200 kimg", source), "FID", "B", "F"))
    return claims


def of_trials() -> list[Claim]:
    """The claims that compare E with a trial of one change: digits, 60 kimg, three seeds each."""
    trials = [(row["name"], float(row["fid"])) for row in read_rows(RESULTS / "sweep.csv")]
    base = [row["FID"] for row in Table(RESULTS).rows() if row["variant"] == "E"]

    def against_e(letter, sentence, source, trial, what):
        changed = [fid for name, fid in trials if name == trial]
        low, high = stats.ttest_ind(changed, base, equal_var=False).confidence_interval()
        measured = f"FID of digits: {what} {np.mean(changed):.1f}, E {np.mean(base):.1f}"
        return Claim(letter, sentence, source, measured, float(low + high) / 2, float(high - low) / 2)

    grown = ("a", "Growing trains better at equal images", "Progressive GAN, section 2")
    alive = ("n", "R1 keeps training alive", "section 2.1, appendix C")
    return [
        against_e(*grown, "e_ungrown", "32x32 from the start"),
        against_e(*alive, "e_no_r1", "without R1"),
    ]


# Claims that small generators of sand show (stylegan_tf/course/discs.py)


def of_discs() -> list[Claim]:
    """What noise does in networks that are trained with it and without it."""
    rows = [discs_of(seed) for seed in DISC_SEEDS]
    middles, grains, repeated, fresh = np.transpose(rows)
    moves = Claim(
        "f",
        "Noise changes details, not who it is (discs)",
        "section 3.2, Figure 4",
        f"same z, other noise: correlation of the discs' places {middles.mean():.2f}, "
        f"of their grains {grains.mean():.2f}",
        *of_seeds(middles - grains),
    )
    repeats = Claim(
        "h",
        "A network without noise repeats patterns (discs)",
        "section 3.2",
        f"correlation of the grains of two discs: without noise {repeated.mean():.2f}, "
        f"with noise {fresh.mean():.2f}",
        *of_seeds(repeated - fresh),
    )
    return [moves, repeats]


def discs_of(seed) -> tuple[float, float, float, float]:
    """One generator with noise and one without.

    Returns:
        for the same z and other noise the correlation of the places and of the grains; for another z that of
        the grains without noise, and with it.
    """
    z = latents.from_seeds(range(DISCS), discs.config(noise=True).z_dim)
    keras.utils.set_random_seed(seed)
    drawn = {}
    for noise in (True, False):
        gan = sg.StyleGAN(discs.config(noise=noise, seed=seed))
        gan.compile()
        gan.fit(discs.load_discs(), verbose=0)
        drawn[noise] = [to_uint8(gan.ema_generator(z, noise="random")) for _ in range(2)]
    first, second = drawn[True]
    places = np.transpose([discs.middles(images) for images in (first, second)])  # (2, N, 2)
    middles = np.mean([np.corrcoef(*axis.T)[0, 1] for axis in places])
    others = {noise: discs.same_grains(a, np.roll(a, 1, axis=0)) for noise, (a, _) in drawn.items()}
    return middles, discs.same_grains(first, second), others[False], others[True]


def of_seeds(values) -> tuple[float, float]:
    """The mean of a few numbers, one a seed, and half of its 95 % interval by Student's t."""
    values = np.asarray(values, "float64")
    quantile = stats.t.ppf(0.975, len(values) - 1)
    return float(values.mean()), float(quantile * values.std(ddof=1) / np.sqrt(len(values)))


def table(claims) -> str:
    """The claims as a Markdown table."""
    lines = ["| | the paper | measured | verdict |", "|---|---|---|---|"]
    for claim in sorted(claims, key=lambda claim: claim.letter):
        sentence = f"{claim.sentence} ({claim.source})"
        lines.append(f"| {claim.letter} | {sentence} | {claim.measured} | {claim.verdict} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", default="toyfaces32", help="a shipped network of faces, or a run")
    faces = "toyfaces:palette=continuous,detail=1"
    parser.add_argument("--dataset", default=faces, help=f"what it learned from (default {faces})")
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=RESULTS / "claims.json")
    args = parser.parse_args()

    is_path = Path(args.network).exists()
    gan = sg.load(args.network) if is_path else sg.pretrained(args.network)
    G = gan.ema_generator
    palette, detail = look(args.dataset)
    judge, reader = judge_of(args.dataset), FaceReader(palette)
    started = time.time()
    claims = [
        path_lengths(G, judge, args.samples),
        separabilities(G, judge, 2 * args.samples),
        scales_of_styles(G, reader.read, args.samples // 4),
        what_noise_changes(G, reader.read, args.samples // 4),
        scales_of_noise(G, args.samples // 4),
        truncation(G, reader, detail, args.samples // 2),
        leaks_of_directions(G, reader.read, args.samples // 2),
        aliasing(),
        *of_ablation(),
        *of_trials(),
        *of_discs(),
    ]
    print(table(claims))
    about = dict(network=args.network, dataset=args.dataset, samples=args.samples)
    about |= dict(minutes=round((time.time() - started) / 60, 1), load=round(os.getloadavg()[0], 1))
    found = [asdict(claim) | {"verdict": claim.verdict} for claim in claims]
    args.out.write_text(json.dumps({**about, "claims": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
