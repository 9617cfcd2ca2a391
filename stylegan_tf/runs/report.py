"""A run told on one page: RUN/report.html, self-contained, to be read offline by someone who has never seen a
GAN.
"""

from __future__ import annotations

import base64
import io
import json
import string
from html import escape
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from stylegan_tf import figures
from stylegan_tf.config import Config
from stylegan_tf.files import write_atomically
from stylegan_tf.networks.generator import Generator
from stylegan_tf.training.schedule import Schedule
from stylegan_tf.runs.run import Run, load

PAGE = string.Template(Path(__file__).with_suffix(".html").read_text())

CAPTIONS = {  # file -> heading, alternative text, how to read it
    "uncurated": (
        "What it draws",
        "Ten by ten generated pictures",
        "The pictures of seeds 0 to 99, none left out (the paper's Figure 2). Look for variety, for repetitions, and for "
        "pictures that nobody would take for real.",
    ),
    "growth": (
        "How it learned",
        "Rows of the same eight pictures, coarse blocks at the top, finished pictures at the bottom",
        "Time runs downwards; each column is one random input. Training begins with tiny pictures and adds a resolution when "
        "the last one is learned; 1 kimg is a thousand pictures shown to the discriminator.",
    ),
    "mixing": (
        "Style mixing",
        "A table: sources along the top, destinations at the left, mixtures between them in three bands",
        "Every layer has its own style. Here a destination keeps its styles, except in a band of layers that takes them from a "
        "source (Figure 3). In the paper's faces coarse styles carry pose and shape, fine ones colour; see what they carry here.",
    ),
    "truncation": (
        "Truncation",
        "Each row one picture, pulled towards the mean picture and beyond it, to its opposite",
        "ψ scales the distance from the mean style (Figure 8). Small ψ: safe and alike; ψ = 0: the mean itself, in every row "
        "the same; negative: the opposite.",
    ),
    "noise": (
        "Noise",
        "A picture, a detail of it under other noise, a map of the standard deviation, and noise in some layers only",
        "Each layer also gets random pixels, for detail that carries no identity, such as how single hairs lie (Figures 4 and "
        "5). The map is bright where noise changes the picture; what is dark there is decided by the style.",
    ),
    "schedule": (
        "The schedule",
        "Resolution, weight of the newest block, batch size and learning rate against images shown",
        "When a resolution is added, its block fades in: alpha, its weight, goes from 0 to 1 in the grey spans.",
    ),
    "curves": (
        "Training in numbers",
        "Curves of losses, scores, gradient penalty, variety of w, share of z, and speed against images shown",
        "Losses of a GAN do not fall to zero: two players hold each other in balance. Signs of trouble: D(real) and D(fake) "
        "drift far apart, the std of w or the share of z falls towards 0, the penalty explodes.",
    ),
}

SCORES = {  # key of judge_digits -> name, how to read it
    "fid": (
        "FID (Fréchet distance)",
        "Distance of {count} generated pictures from the real ones, in the features of a classifier of such pictures. 0 is no "
        "difference, less is better. Compare it only with the next line, and with runs judged by the same classifier.",
    ),
    "fid_real_halves": (
        "FID of real against real",
        "The same between two halves of the real pictures: the floor, below which there is nothing to gain.",
    ),
    "fid_test": ("FID against the test set", "The same distance from the digits of MNIST's test set, which training never saw."),
    "fid_real_test": ("FID of real against test set", "How far the embedded real digits are from the test set: its floor."),
    "confidence": (
        "Confidence",
        "Mean probability of the class that the classifier sees in a generated picture; low where pictures are unreadable.",
    ),
    "confidence_real": ("Confidence on real pictures", "The same for the real ones: about what can be reached."),
    "entropy": ("Evenness of the classes", "Entropy of the shares below: 1 is even, 0 is a single class."),
}


def write_figures(run: Run, generator: Generator) -> list[Path]:
    """Draw the figures of a run into RUN/figures, as far as it has what they need; returns the files."""
    draw = {
        "uncurated": lambda: figures.uncurated_sheet(generator),
        "growth": lambda: figures.growth(run.sample_files()) if run.sample_files() else None,
        "mixing": lambda: figures.mixing_grid(generator, range(6), range(10, 13)),
        "truncation": lambda: figures.truncation_strip(generator, range(5)),
        "noise": lambda: figures.noise_figure(generator, seed=0),
        "schedule": lambda: figures.schedule_plot(Schedule(run.config)),
        "curves": lambda: figures.curves(run.history()) if run.history() else None,
    }
    files = []
    for name in CAPTIONS:
        if picture := draw[name]():
            files.append(save(picture, run.path / "figures" / f"{name}.png"))
    return files


def write_report(run: Path, scores: dict | None = None, generator: Generator | None = None) -> Path:
    """Write RUN/report.html and its figures.

    Args:
        run: the folder. scores: what ``metrics.judge_digits`` returns; they are kept in RUN/scores.json, and
            read from there if not given. generator: default: the averaged one of the run's last checkpoint,
            as far as it has grown.

    Raises:
        FileNotFoundError: if the folder holds no run. ValueError: if the run has trained 4x4 only.
    """
    run = Run(run)
    info, config, rows = run.info, run.config, run.history()
    kept = run.path / "scores.json"
    if scores:
        write_atomically(kept, json.dumps(scores, indent=1).encode())
    elif kept.exists():
        scores = json.loads(kept.read_text())
    generator = generator or load(run.path).grown()
    files = {f.stem: f for f in write_figures(run, generator)}
    title = f"StyleGAN on {info.get('dataset', 'pictures')}, {config.resolution}x{config.resolution}"
    summary = _summary(config, info, rows, scores, generator.config.resolution)
    parts = [f"<h1>{escape(title)}</h1>", summary, _figure(files, "uncurated"), _scores(scores)]
    parts += [_figure(files, name) for name in ("growth", "mixing", "truncation", "noise", "schedule")]
    parts += [f"<pre>{Schedule(config)}</pre>", _figure(files, "curves"), _settings(config, info), _machine(info, rows)]
    path = run.path / "report.html"
    write_atomically(path, PAGE.substitute(title=escape(title), body="\n".join(parts)).encode())
    return path


def _figure(files, name):
    if name not in files:
        return ""
    heading, alt, caption = CAPTIONS[name]
    content, sheet = files[name].read_bytes(), name == "uncurated"
    width, height = (side if sheet else side // 2 for side in Image.open(io.BytesIO(content)).size)
    image = f'<img src="data:image/png;base64,{base64.b64encode(content).decode()}" width="{width}" height="{height}" alt="{alt}"'
    image += ' class="sheet">' if sheet else ">"
    frame = "scroll" if sheet else 'scroll paper" tabindex="0'
    return f'<h2>{heading}</h2>\n<figure><div class="{frame}">{image}</div><figcaption>{caption}</figcaption></figure>'


def _table(head, rows):
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<div class="scroll"><table><tr>{cells}</tr>\n{body}</table></div>'


def _minutes(rows):
    return rows[-1]["seconds"] / 60 if rows and "seconds" in rows[-1] else None


def _summary(config, info, rows, scores, drawn):
    first = config.start_resolution if config.progressive else config.resolution
    facts = [f"{1000 * rows[-1]['kimg']:,.0f} pictures shown"] if rows else []
    facts += [f"{_minutes(rows):.1f} minutes of training"] if _minutes(rows) else []
    facts += [f"FID {scores['fid']:.1f}"] if scores and "fid" in scores else []
    facts += [f"still growing: drawn at {drawn}x{drawn}"] if drawn < config.resolution else []
    return (
        f"<p>A StyleGAN learned to draw pictures like those of the data set <em>{escape(info.get('dataset', ''))}</em>, from "
        f"{first}x{first} pixels up to {config.resolution}x{config.resolution}: one network, the generator, turns random numbers "
        "into pictures, while another, the discriminator, learns to tell them from real ones. Every picture on this page was "
        f'made by the generator, and none was picked by hand.</p>\n<p class="facts">{" · ".join(facts)}</p>'
    )


def _scores(scores):
    heading = "<h2>How good it is</h2>"
    if not scores:
        return f"{heading}\n<p>Not measured in this run.</p>"
    numbers = {k: v for k, v in scores.items() if isinstance(v, (int, float)) and k != "count"}
    known = SCORES | {k: (k.replace("_", " "), "") for k in numbers if k not in SCORES}
    count = f"{scores['count']:,}" if "count" in scores else "the"
    rows = [
        (f"<b>{escape(name)}</b>", f"{numbers[key]:.3g}", text.format(count=count))
        for key, (name, text) in known.items()
        if key in numbers
    ]
    parts = [heading, _table(("measure", "value", "how to read it"), rows)]
    if shares := scores.get("shares"):
        bars = [f'<span class="bar" style="width:{8 * s / max(shares):.2f}rem"></span>{100 * s:.1f} %' for s in shares]
        parts.append(
            f"<h3>Share of each class</h3>\n<p>As the classifier sees the generated pictures. Even is {100 / len(shares):.0f} %; "
            f"near 0 the class is lost. The least is class {shares.index(min(shares))} with {100 * min(shares):.1f} %.</p>"
        )
        parts.append(_table(("class", "share"), enumerate(bars)))
    return "\n".join(parts)


def _settings(config, info):
    values = {name: (here, getattr(Config(), name)) for name, here in config.to_dict().items() if not isinstance(here, dict)}
    for name in ("total_kimg", "fade_kimg", "stable_kimg"):  # the schedule shows them
        del values[name]
    rows = [(f"<code>{name}</code>", here, official) for name, (here, official) in values.items() if here != official]
    program, _, arguments = info.get("command", "").partition(" ")
    return (
        f"<h2>How it was made</h2>\n<p>By this command:</p>\n<pre>{escape(f'{Path(program).name} {arguments}')}</pre>\n"
        "<p>Settings other than the official ones, which are for photographs of 1024x1024 on GPUs (the schedule is above):</p>\n"
        + _table(("setting", "here", "official"), rows)
    )


def _machine(info, rows):
    machine, versions = info.get("machine", {}), info.get("versions", {})
    rows = [
        ("processor cores", machine.get("cores", "unknown")),
        ("system", machine.get("system", "unknown")),
        *((name.capitalize().replace("flow", "Flow"), version) for name, version in versions.items()),
        ("minutes of training", f"{_minutes(rows):.1f}" if _minutes(rows) else "unknown"),
    ]
    text = "Speed and minutes hold for this machine, and for what else it was doing at the time."
    table = _table(("what", "value"), [(escape(name), escape(str(value))) for name, value in rows])
    return f"<h2>Where it was measured</h2>\n<p>{text}</p>\n{table}"
