"""A run told on one page, RUN/report.html, for someone who has never seen a GAN.

The page is self-contained, so that it can be read offline.
"""

from __future__ import annotations

import base64
import io
import json
import string
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image

from stylegan_tf import figures
from stylegan_tf.config import Config
from stylegan_tf.data.names import is_toyfaces, look, open_dataset
from stylegan_tf.data.part import hold_out
from stylegan_tf.data.pixels import to_uint8, to_unit_range
from stylegan_tf.data.source import Source
from stylegan_tf.figures.nearest import nearest_pairs
from stylegan_tf.figures.pages import save
from stylegan_tf.files import write_atomically
from stylegan_tf.metrics.evaluation import any_judge, judge_of
from stylegan_tf.metrics.halves import against_halves, enough
from stylegan_tf.metrics.judges.faces import SIDE, FaceReader
from stylegan_tf.metrics.nearest import nearest
from stylegan_tf.metrics.redraw import limit_of_fresh_faces, redraw
from stylegan_tf.networks.generator import Generator
from stylegan_tf.networks.sampling import images_of
from stylegan_tf.runs.advice import remarks
from stylegan_tf.runs.run import Run, load
from stylegan_tf.training.schedule import Schedule

PAGE = string.Template(Path(__file__).with_suffix(".html").read_text("utf-8"))

CAPTIONS = {  # file -> heading, alternative text, how to read it
    "uncurated": (
        "What it draws",
        "Ten by ten generated pictures",
        "The pictures of seeds 0 to 99, none left out (the paper's Figure 2). Look for variety, for "
        "repetitions, and for pictures that nobody would take for real.",
    ),
    "redrawn": (
        "Drawn again",
        "Pairs of faces: above as the generator drew them, below drawn again from what was read in them",
        "A toy face is drawn from twelve factors. Here a classifier read them in generated faces, and each "
        "face was drawn again from what was read. Where the two differ, something in the first cannot be "
        "drawn: a third lens, a halo, a colour between two. Red: farther apart than 99 of 100 real faces.",
    ),
    "nearest": (
        "Does it copy?",
        "Generated pictures, and below each the training picture that is most like it",
        "Above the pictures of seeds 0 to 7, below the training picture whose pixels are most like each of "
        "them. A pair that shows the same picture is a copy.",
    ),
    "growth": (
        "How it learned",
        "Rows of the same eight pictures, coarse blocks at the top, finished pictures at the bottom",
        "Time runs downwards; each column is one random input. Training begins with tiny pictures and adds a "
        "resolution when the last one is learned; 1 kimg is a thousand pictures shown to the discriminator.",
    ),
    "mixing": (
        "Style mixing",
        "A table: sources along the top, destinations on the left, mixtures between them in three bands",
        "Every layer has its own style. Here a destination keeps its styles, except in a band of layers that "
        "takes them from a source (Figure 3). In the paper's faces coarse styles carry pose and shape, fine "
        "ones colour; see what they carry here.",
    ),
    "truncation": (
        "Truncation",
        "Each row one picture, pulled towards the mean picture and beyond it, to its opposite",
        "ψ scales the distance from the mean style (Figure 8). Small ψ: safe and alike; ψ = 0: the mean "
        "itself, in every row the same; negative: the opposite.",
    ),
    "noise": (
        "Noise",
        "A picture, a detail of it under other noise, a map of the standard deviation, and noise in some "
        "layers only",
        "Each layer also gets random pixels, for detail that carries no identity, such as how single hairs "
        "lie (Figures 4 and 5). The map is bright where noise changes the picture; what is dark there is "
        "decided by the style.",
    ),
    "schedule": (
        "The schedule",
        "Resolution, weight of the newest block, batch size and learning rate against images shown",
        "When a resolution is added, its block fades in: alpha, its weight, goes from 0 to 1 in the grey "
        "spans.",
    ),
    "curves": (
        "Training in numbers",
        "Curves of losses, scores, gradient penalty, variety of w, share of z, and speed against images "
        "shown",
        "Losses of a GAN do not fall to zero: two players hold each other in balance. Signs of trouble: "
        "D(real) and D(fake) drift far apart, the std of w or the share of z falls towards 0, the penalty "
        "explodes. Where pictures are held out, D should score them like those that train. Where "
        "augmentation adapts, its probability rises while D is too sure of the real pictures.",
    ),
}

SCORES = {  # key of judge_digits -> name, how to read it
    "fid": (
        "FID (Fréchet distance)",
        "Distance of {count} generated pictures from the real ones, in the features of {judge}. 0 is no "
        "difference, less is better. Compare it only with the next line, and with runs on the same pictures "
        "that were judged by the same network.",
    ),
    "fid_real_halves": (
        "FID of real against real",
        "The same between two halves of the real pictures: the floor, below which there is nothing to gain.",
    ),
    "kid": (
        "KID (kernel distance)",
        "Another distance in the same features. It does not depend on how many pictures are compared, so "
        "it suits small sets. 0 is no difference, less is better; by chance it can be a little below 0.",
    ),
    "kid_real_halves": ("KID of real against real", "The same between two halves of the real pictures."),
    "fid_test": (
        "FID against the test set",
        "The same distance from the digits of MNIST's test set, which training never saw.",
    ),
    "fid_real_test": (
        "FID of real against test set",
        "How far the embedded real digits are from the test set: its floor.",
    ),
    "confidence": (
        "Confidence",
        "Mean probability of the class that the classifier sees in a generated picture; low where pictures "
        "are unreadable.",
    ),
    "confidence_real": (
        "Confidence on real pictures",
        "The same for the real ones: about what can be reached.",
    ),
    "as_asked": (
        "Drawn as asked",
        "Share of the pictures that the classifier reads as the class that the generator was asked for.",
    ),
    "entropy": ("Evenness of the classes", "Entropy of the shares below: 1 is even, 0 is a single class."),
}

A_CLASSIFIER = "a classifier of such pictures"  # that judges, where the scores do not name another
MOST_JUDGED = (
    1000  # real pictures that are compared with half as many generated ones, where nobody gives scores
)
PAIRS = 8  # generated pictures that are shown above the most similar training picture
MOST = 5000  # training pictures that are compared
GENERATED = 500  # pictures whose share of copies is counted

NOT_A_SETTING = ("total_kimg", "fade_kimg", "stable_kimg")  # the schedule shows them


class Neighbours:
    """Generated pictures, and the pictures that a run learned from which are most like them.

    Args:
        generator: seeds 0, 1, ... are drawn.
        data: what it learned from. Of more than 5,000 pictures, 5,000 that are evenly spaced are compared.
    """

    def __init__(self, generator: Generator, data: Source):
        places = np.unique(np.linspace(0, len(data) - 1, MOST).astype(int))
        self.reals = data.rows(places, generator.config.resolution)  # uint8 (N, r, r, C)
        self.images = to_uint8(images_of(generator, range(GENERATED)))
        self.found = nearest(self.images, self.reals)

    def figure(self):
        """The first generated pictures, each above the most similar picture of the data."""
        shown = range(PAIRS)
        most_alike = self.reals[self.found.places[shown]]
        return nearest_pairs(self.images[shown], most_alike, self.found.distances[shown], self.found.limit)


def training_pictures(run: Run, **where) -> Source:
    """The pictures that a run learned from, without those that were held out.

    Args:
        where: data_dir and download, as for ``data.open_dataset``.

    Raises:
        FileNotFoundError, ValueError: if they are not here any more.
    """
    info = run.info
    config = run.config
    data = open_dataset(info["dataset"], resolution=config.resolution, channels=config.channels, **where)
    if info.get("hold_out"):
        data, _ = hold_out(data, info["hold_out"], config.seed)
    return data


def write_figures(run: Run, generator: Generator, neighbours: Neighbours | None = None) -> list[Path]:
    """Draw the figures of a run into RUN/figures, as far as it has what they need; returns the files."""
    files = []
    for name in CAPTIONS:
        picture = _picture(name, run, generator, neighbours)
        if picture:
            files.append(save(picture, run.path / "figures" / f"{name}.png"))
    return files


def _picture(name, run, generator, neighbours=None):
    """One figure of a run, by its name in CAPTIONS; None if the run does not have what it needs yet."""
    if name == "uncurated":
        return figures.uncurated_sheet(generator)
    if name == "nearest":
        return neighbours.figure() if neighbours else None
    if name == "redrawn":
        return _redrawn(run, generator)
    if name == "growth":
        return figures.growth(run.sample_files()) if run.sample_files() else None
    if name == "mixing":
        return figures.mixing_grid(generator, range(6), range(10, 13))
    if name == "truncation":
        return figures.truncation_strip(generator, range(5))
    if name == "noise":
        return figures.noise_figure(generator, seed=0)
    if name == "schedule":
        return figures.schedule_plot(Schedule(run.config))
    return figures.curves(run.history()) if run.history() else None


def _redrawn(run, generator):
    """Pairs of faces for the redraw score; None for other pictures, and for faces too small to read."""
    dataset = run.info.get("dataset", "")
    if not is_toyfaces(dataset):
        return None
    if generator.config.channels != 3 or generator.config.resolution < SIDE:
        return None
    palette, detail = look(dataset)
    reader = FaceReader(palette)
    pairs = redraw(images_of(generator, range(16)), reader, detail=detail)
    return figures.redraw_pairs(pairs, limit_of_fresh_faces(reader, detail=detail))


def write_report(
    run: Path,
    scores: dict | None = None,
    generator: Generator | None = None,
    data: Source | None = None,
) -> Path:
    """Write RUN/report.html and its figures.

    Args:
        run: the folder.
        scores: what ``metrics.judge_digits`` returns. They are kept in RUN/scores.json, and read from there
            if not given. If there are none, FID and KID are measured on ``data``.
        generator: default: the averaged one of the run's last checkpoint, as far as it has grown.
        data: the pictures that it learned from. With them, the report shows which one is most like a
            generated picture, and how far the generated ones are from the real ones.

    Returns:
        the page's path.

    Raises:
        FileNotFoundError: if the folder holds no run.
        ValueError: if the run has trained 4x4 only.
    """
    # What there is to tell.
    run = Run(run)
    info = run.info
    config = run.config
    rows = run.history()
    kept = run.path / "scores.json"
    if scores:
        write_atomically(kept, json.dumps(scores, indent=1).encode())
    elif kept.exists():
        scores = json.loads(kept.read_text("utf-8"))
    generator = generator or load(run.path).grown()
    neighbours = Neighbours(generator, data) if data else None
    if neighbours and not scores:
        scores = _measured(info["dataset"], neighbours)
    files = {file.stem: file for file in write_figures(run, generator, neighbours)}

    # The page from top to bottom.
    title = escape(f"StyleGAN on {info.get('dataset', 'pictures')}, {config.resolution}x{config.resolution}")
    parts = [
        f"<h1>{title}</h1>",
        _summary(config, info, rows, scores, generator.config.resolution),
        _figure(files, "uncurated"),
        _remarks(rows, config, neighbours),
        _figure(files, "nearest"),
        _scores(scores),
        _figure(files, "redrawn"),
        _figure(files, "growth"),
        _figure(files, "mixing"),
        _figure(files, "truncation"),
        _figure(files, "noise"),
        _figure(files, "schedule"),
        f"<pre>{Schedule(config)}</pre>",
        _figure(files, "curves"),
        _settings(config, info),
        _machine(info, rows),
    ]
    path = run.path / "report.html"
    page = PAGE.substitute(title=title, body="\n".join(parts))
    write_atomically(path, page.encode(errors="replace"))  # a file's name need not be text
    return path


def _measured(dataset, neighbours):
    """FID and KID of the generated pictures, in the features of the data's judge; None for too few."""
    judge = judge_of(dataset)
    _, side, _, channels = neighbours.images.shape
    if not judge.takes(side, channels):
        judge = any_judge()  # of pictures that are still growing
    places = np.unique(np.linspace(0, len(neighbours.reals) - 1, MOST_JUDGED).astype(int))
    real = judge.features(to_unit_range(neighbours.reals[places]))
    if not enough(real):
        return None
    fake = judge.features(to_unit_range(neighbours.images))
    return {"judge": f"the {judge.features_name}", **against_halves(real, fake)}


def _remarks(rows, config, neighbours):
    """What happened, and what to change next."""
    copies = neighbours.found.share_of_copies if neighbours else None
    found = remarks(rows, config, copies)
    if not found:
        return ""
    items = []
    for remark in found:
        advice = f" <b>{escape(remark.advice)}</b>" if remark.advice else ""
        items.append(f"<li>{escape(remark.seen)}{advice}</li>")
    return "<h2>What happened, and what to change next</h2>\n<ul>" + "\n".join(items) + "</ul>"


def _figure(files, name):
    """A heading and a figure with its caption; nothing if the run lacks it."""
    if name not in files:
        return ""
    heading, alt, caption = CAPTIONS[name]
    content = files[name].read_bytes()
    data = base64.b64encode(content).decode()
    width, height = Image.open(io.BytesIO(content)).size

    # Matplotlib's figures are saved at twice their size, so that text is sharp. The sheet is not one of them.
    if name == "uncurated":
        frame = 'class="scroll"'
        kind = ' class="sheet"'
    else:
        frame = 'class="scroll paper" tabindex="0"'
        kind = ""
        width = width // 2
        height = height // 2
    image = f'<img src="data:image/png;base64,{data}" width="{width}" height="{height}" alt="{alt}"{kind}>'
    return (
        f"<h2>{heading}</h2>\n<figure><div {frame}>{image}</div><figcaption>{caption}</figcaption></figure>"
    )


def _table(head, rows):
    """A table of cells that are HTML already."""
    head_cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = ""
    for row in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in row)
        body += f"<tr>{cells}</tr>\n"
    return f'<div class="scroll"><table><tr>{head_cells}</tr>\n{body}</table></div>'


def _minutes(rows):
    """Minutes of training, by the last row of the history; None if it does not say."""
    if not rows or "seconds" not in rows[-1]:
        return None
    return rows[-1]["seconds"] / 60


def _summary(config, info, rows, scores, drawn):
    """What the page is about, and a line of facts; ``drawn``: side of the pictures that are shown."""
    # The facts that we have.
    facts = []
    if rows:
        facts.append(f"{1000 * rows[-1]['kimg']:,.0f} pictures shown")
    if _minutes(rows):
        facts.append(f"{_minutes(rows):.1f} minutes of training")
    if scores and "fid" in scores:
        facts.append(_fid(scores))
    if drawn < config.resolution:
        facts.append(f"still growing: drawn at {drawn}x{drawn}")

    # A paragraph for someone who has never seen a GAN.
    first = config.start_resolution if config.progressive else config.resolution
    last = config.resolution
    sizes = f"at {last}x{last} pixels"
    if first < last:
        sizes = f"from {first}x{first} pixels up to {last}x{last}"
    dataset = escape(info.get("dataset", ""))
    return (
        f"<p>A StyleGAN learned to draw pictures like those of the data set <em>{dataset}</em>, "
        f"{sizes}. One network, the generator, turns random numbers into pictures, while another, the "
        "discriminator, learns to tell them from real ones. Every picture "
        "on this page was made by the generator, and none was picked by hand.</p>\n"
        f'<p class="facts">{" · ".join(facts)}</p>'
    )


def _fid(scores):
    """FID, and its floor if there is one."""
    text = f"FID {scores['fid']:.3g}"
    if "fid_real_halves" in scores:
        text += f" (real against real {scores['fid_real_halves']:.3g})"
    return text


def _scores(scores):
    """How good it is: the numbers, those that we can explain first, and the shares of the classes."""
    heading = "<h2>How good it is</h2>"
    if not scores:
        return f"{heading}\n<p>Not measured in this run.</p>"
    judge = scores.get("judge", A_CLASSIFIER)

    # All numbers but the count, which is told in the text.
    numbers = {
        key: value for key, value in scores.items() if isinstance(value, (int, float)) and key != "count"
    }

    # Those that we can explain come first, then the others by their names.
    explained = dict(SCORES)
    for key in numbers:
        if key not in SCORES:
            explained[key] = (key.replace("_", " "), "")
    count = f"{scores['count']:,}" if "count" in scores else "the"
    rows = []
    for key, (name, text) in explained.items():
        if key in numbers:
            rows.append(
                (f"<b>{escape(name)}</b>", f"{numbers[key]:.3g}", text.format(count=count, judge=judge))
            )
    parts = [heading, _table(("measure", "value", "how to read it"), rows)]

    # The classes, if there are any.
    shares = scores.get("shares")
    if shares:
        parts += _shares(shares)
    return "\n".join(parts)


def _shares(shares):
    """How often each class is seen, as text and as a table with bars."""
    least = min(shares)
    text = (
        "<h3>Share of each class</h3>\n"
        f"<p>As the classifier sees the generated pictures. Even is {100 / len(shares):.0f} %; near 0 the "
        f"class is lost. The least is class {shares.index(least)} with {100 * least:.1f} %.</p>"
    )
    bars = []
    for share in shares:
        width = 8 * share / max(shares)
        bars.append(f'<span class="bar" style="width:{width:.2f}rem"></span>{100 * share:.1f} %')
    return [text, _table(("class", "share"), enumerate(bars))]


def _settings(config, info):
    """The command, and the settings that differ from the official ones."""
    official = Config()
    rows = []
    for name, here in config.to_dict().items():
        is_setting = not isinstance(here, dict) and name not in NOT_A_SETTING
        if is_setting and here != getattr(official, name):
            rows.append((f"<code>{name}</code>", here, getattr(official, name)))

    # The command without the folder that it was started from.
    program, _, arguments = info.get("command", "").partition(" ")
    command = escape(f"{Path(program).name} {arguments}")
    return (
        f"<h2>How it was made</h2>\n<p>By this command:</p>\n<pre>{command}</pre>\n"
        "<p>Settings other than the official ones, which are for photographs of 1024x1024 on GPUs (the "
        "schedule is above):</p>\n" + _table(("setting", "here", "official"), rows)
    )


def _machine(info, rows):
    """Processor, system, versions and time."""
    machine = info.get("machine", {})
    facts = [
        ("processor cores", machine.get("cores", "unknown")),
        ("system", machine.get("system", "unknown")),
    ]
    for name, version in info.get("versions", {}).items():
        facts.append((name.capitalize().replace("flow", "Flow"), version))  # TensorFlow
    minutes = _minutes(rows)
    facts.append(("minutes of training", f"{minutes:.1f}" if minutes else "unknown"))

    text = "Speed and minutes hold for this machine, and for what else it was doing at the time."
    table = _table(("what", "value"), [(escape(name), escape(str(value))) for name, value in facts])
    return f"<h2>Where it was measured</h2>\n<p>{text}</p>\n{table}"
