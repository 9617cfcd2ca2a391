"""The names of data sets, as the command line takes them: from a name to a Source."""

from stylegan_tf.data.digits import load_digits, load_tfds
from stylegan_tf.data.ffhq.dataset import load_ffhq
from stylegan_tf.data.folder.dataset import open_folder
from stylegan_tf.data.source import Source
from stylegan_tf.data.tfrecords import TFRecords
from stylegan_tf.data.toyfaces.dataset import (
    load_toyfaces,
)

NAMES = "digits, toyfaces[:DIALS], tfds:NAME, folder:PATH, tfrecords:PATH, ffhq:PATH"


DIALS = {
    "count": int,
    "seed": int,
    "rho": float,
    "hole": float,
}  # of drawn faces, in a name: toyfaces:count=40000,rho=0.8


def check_name(name: str) -> None:
    """Raise ValueError if no data set can have that name."""
    what, colon, place = name.partition(":")
    if what == "toyfaces":
        dials(place if colon else None)
    elif (what in ("tfds", "folder", "tfrecords", "ffhq") and place) or name == "digits":
        return
    else:
        raise ValueError(f"there is no data set '{name}'; choose one of {NAMES} (such as tfds:fashion_mnist)")


def dials(text: str | None) -> dict:
    """Arguments of ``load_toyfaces`` from "count=40000,rho=0.8"; None gives none."""
    found = {}
    for part in [] if text is None else text.split(","):
        key, _, value = part.partition("=")
        try:
            found[key] = DIALS[key](value)
        except (KeyError, ValueError):
            wanted = "count=FACES, seed=NUMBER, rho=-1..1, hole=0..1"
            raise ValueError(
                f"toyfaces:{text} has '{part}'; its dials are {wanted}, such as toyfaces:count=40000,rho=0.8"
            ) from None
    return found


def kind(name: str) -> str:
    """What shares networks that judge it: "toyfaces" for toy faces with dials, else the name itself."""
    return "toyfaces" if name.partition(":")[0] == "toyfaces" else name


def open_dataset(
    name: str,
    data_dir=None,
    download: bool = False,
    resolution: int | None = None,
    channels: int | None = None,
) -> Source:
    """The data set of that name: ``digits`` (shipped), ``toyfaces`` (10,000, drawn now), or one of
    tensorflow-datasets, your own folder, official TFRecords, FFHQ as published: ``tfds:NAME``,
    ``folder:PATH``, ``tfrecords:PATH``, ``ffhq:PATH``. Toy faces have dials,
    ``toyfaces:count=40000,rho=0.8``: how many, their seed, and rho and hole of ``sample_factors``.

    Args:
        data_dir: where tensorflow-datasets has its data. Drawn faces and a folder's decoded pictures are kept
            there too; without it, nowhere.
        download: allow tensorflow-datasets to download.
        resolution: of drawn faces (default 32), and of a folder's pictures: by default the largest power of
            two, up to 1024, that the shorter sides of 95 % of them reach. Other data sets come at their own.
        channels: of a folder's pictures, default 3. Its sub-folders are classes if every picture is in one of
            several.

    Raises:
        ValueError: for any other name. FileNotFoundError: if the data are not on this machine.
    """
    check_name(name)
    what, colon, place = name.partition(":")
    if what == "digits":
        return load_digits()
    if what == "toyfaces":
        return load_toyfaces(resolution=resolution or 32, cache=data_dir, **dials(place if colon else None))
    if what == "tfds":
        return load_tfds(place, data_dir=data_dir, download=download)
    if what == "folder":
        return open_folder(place, resolution, channels, cache=data_dir)
    return TFRecords(place) if what == "tfrecords" else load_ffhq(place)
