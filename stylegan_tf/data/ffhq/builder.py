"""FFHQ for tensorflow-datasets: importing this file makes ``tfds.load("ffhq/256")`` known.

It needs the extra ``tfds``.
"""

from __future__ import annotations

import io

import numpy as np
import tensorflow_datasets as tfds

from stylegan_tf.data.ffhq.dataset import LARGE, LICENCES, METADATA, RESOLUTIONS, THUMBNAILS, load_ffhq

_CITATION = """@inproceedings{karras2019style,
  title={A Style-Based Generator Architecture for Generative Adversarial Networks},
  author={Karras, Tero and Laine, Samuli and Aila, Timo},
  booktitle={Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)},
  year={2019}
}"""


class Ffhq(tfds.core.GeneratorBasedBuilder):
    """Flickr-Faces-HQ: 70,000 aligned faces, 60,000 for training and the last 10,000 for validation.

    Configurations: "64", "128", "256", "512", "1024". Features: as ``FFHQ.metadata``. Missing and damaged
    files are left out with a warning that counts and names them.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "From ffhq-dataset-v2.json."}
    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name=str(r), description=f"{r}x{r}, from {THUMBNAILS if r == 128 else LARGE}")
        for r in RESOLUTIONS
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Download FFHQ yourself, with NVIDIA's script from github.com/NVlabs/ffhq-dataset.\n"
        f"The manual folder must hold {METADATA} and, as published, {LARGE}/ "
        f"(for the configuration 128 {THUMBNAILS}/).\n"
        f"A part of the pictures will do.\n\n{LICENCES}"
    )

    def _info(self) -> tfds.core.DatasetInfo:
        side = int(self.builder_config.name)
        features = tfds.features.FeaturesDict(
            {
                "image": tfds.features.Image(shape=(side, side, 3), encoding_format="png"),
                "id": np.int64,
                "license": tfds.features.Text(),
                "author": tfds.features.Text(),
                "country": tfds.features.Text(),
                "landmarks": tfds.features.Tensor(shape=(None, 2), dtype=np.float32),
            }
        )
        return tfds.core.DatasetInfo(
            builder=self,
            description=f"Flickr-Faces-HQ, faces aligned and cropped. {LICENCES}",
            features=features,
            homepage="https://github.com/NVlabs/ffhq-dataset",
            citation=_CITATION,
            license=LICENCES,
        )

    def _split_generators(self, dl_manager):
        """A generator of examples for each split that has pictures."""
        data = load_ffhq(dl_manager.manual_dir, int(self.builder_config.name), verify=True)
        generators = {}
        for split, category in {"train": "training", "validation": "validation"}.items():
            index = [i for i, about in enumerate(data.metadata) if about["category"] == category]
            if index:
                generators[split] = self._generate_examples(data, index)
        return generators

    def _generate_examples(self, data, index):
        side = int(self.builder_config.name)
        is_published = side in (128, 1024)
        for i in index:
            # Published files go in as they are; other sides are averages of the full size.
            if is_published:
                image = io.BytesIO(data.content(i))
            else:
                image = data.rows([i], side)[0]  # (side, side, 3)
            kept = {key: data.metadata[i][key] for key in self.info.features if key != "image"}
            yield kept["id"], {"image": image, **kept}
