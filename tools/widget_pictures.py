"""Screenshots of every widget at three settings, a strip each, for docs/widgets.md.

    python tools/widget_pictures.py [--out docs/widgets] [--only NAME]

The networks are the shipped digits; gan_slow_motion and r1_gamma show points in the plane, entanglement_dials
an ideal network.
"""

import argparse
import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import stylegan_tf as sg
from stylegan_tf.widgets import Playground

sys.path.append(str(Path(__file__).parents[1] / "benchmarks" / "speed"))
from widget_latency import panels  # noqa: E402

# Widget -> three settings of some controls; a number under "click" presses that button
SETTINGS = {
    "playground": [dict(), dict(psi=0.3), dict(t=0.5)],
    "truncation": [dict(psi=1.0), dict(psi=0.5), dict(psi=-0.5)],
    "adain_channels": [dict(), dict(scale=15.0), dict(swap="this and finer", layer=4)],
    "style_mixing": [dict(crossover=8), dict(crossover=4), dict(crossover=0)],
    "noise": [dict(strength=0.0), dict(strength=1.0), dict(strength=4.0)],
    "growing": [dict(alpha=0.0), dict(alpha=0.5), dict(alpha=1.0)],
    "mapping_pad": [
        dict(across=-6.0, up=4.0),
        dict(across=6.0, up=0.0),
        dict(space="w", across=-6.0, up=4.0),
    ],
    "interpolation": [dict(t=0.25), dict(t=0.5), dict(space="z, a great circle", t=0.5)],
    "separability": [dict(angle=60.0), dict(angle=0.0), dict(angle=0.0, space="z")],
    "editing": [dict(), dict(slant=2.0), dict(slant=-2.0, thickness=2.0)],
    "psi_meters": [dict(psi=1.0), dict(psi=0.7), dict(psi=0.0)],
    "quality_meters": [dict(), dict(radius=1.5), dict(copies=0.9)],
    "which_is_real": [dict(), dict(click=[0]), dict(click=[0, 1])],
    "entanglement_dials": [dict(rho=0.0, hole=0.0), dict(rho=0.8, hole=0.0), dict(rho=0.0, hole=0.8)],
    "gan_slow_motion": [dict(), dict(click=[0, 0]), dict(click=[0, 0, 1, 1, 1])],
    "r1_gamma": [dict(gamma=0.0), dict(gamma=0.1), dict(gamma=10.0)],
    "training_scrubber": [dict(moment="0.0 kimg"), dict(moment="3.0 kimg"), dict(moment="7.0 kimg")],
    "ablation_viewer": [dict(psi=1.0), dict(psi=0.3), dict(shown=("untrained",))],
    "class_and_seed": [dict(label=3), dict(label=7), dict(label=8)],
    "augmentation": [dict(p=0.0), dict(p=0.3), dict(p=0.9)],
    "ffhq_planner": [dict(), dict(gpus=8), dict(resolution=1024, gpus=8, gpu_memory=11)],
}
WIDTH = 900  # dots; a wider picture is shrunk


def opened(widget) -> Image.Image:
    return Image.open(io.BytesIO(widget.value)).convert("RGB")


def shown(panel, setting: dict) -> Image.Image:
    """The picture of a panel at a setting, with the setting above it."""
    panel.reset()
    for name, value in setting.items():
        if name == "click":
            for button in value[len(getattr(panel, "pressed", [])) :]:
                panel.children[0].children[button].click()
            panel.pressed = value
        else:
            panel.controls[name].value = value
    assert not panel.problem.value, panel.problem.value
    picture = opened(panel.picture)
    if isinstance(panel, Playground):  # which has a second picture below
        both = picture, opened(panel.views)
        picture = Image.new("RGB", (max(p.width for p in both), sum(p.height for p in both)), "white")
        picture.paste(both[0], (0, 0))
        picture.paste(both[1], (0, both[0].height))
        picture = picture.resize(
            (440, round(picture.height * 440 / picture.width)), Image.Resampling.LANCZOS
        )  # side by side
    if picture.width > WIDTH:
        picture = picture.resize(
            (WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS
        )
    said = [f"{name} = {value}" for name, value in setting.items() if name != "click"]
    if "click" in setting:
        said.append(
            "pressed: "
            + ", ".join(panel.children[0].children[button].description for button in setting["click"])
        )
    page = Image.new("RGB", (max(picture.width, 300), picture.height + 24), "white")
    ImageDraw.Draw(page).text((0, 3), ", ".join(said) or "at first", "black", ImageFont.load_default(15))
    page.paste(picture, (0, 24))
    return page


def strip(pages) -> Image.Image:
    """Side by side if they are narrow, else one below the other."""
    gap = 16
    is_row = sum(page.width + gap for page in pages) <= 1400
    width = [page.width for page in pages]
    height = [page.height for page in pages]
    size = (sum(width) + 2 * gap, max(height)) if is_row else (max(width), sum(height) + 2 * gap)
    sheet = Image.new("RGB", size, "white")
    at = 0
    for page in pages:
        sheet.paste(page, (at, 0) if is_row else (0, at))
        at += gap + (page.width if is_row else page.height)
    return sheet


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs/widgets"), help="a folder (default docs/widgets)"
    )
    parser.add_argument("--only", default="", help="widgets whose name begins so")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    made = {
        name.partition(",")[0]: make
        for name, make in reversed(panels(sg.pretrained("mnist32").ema_generator).items())
    }
    for name, settings in SETTINGS.items():
        if name.startswith(options.only):
            panel = made[name]()[0]
            sheet = strip([shown(panel, setting) for setting in settings])
            file = options.out / f"{name}.png"
            sheet.save(file, optimize=True)
            print(f"{name}: {sheet.width}x{sheet.height}, {file.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
