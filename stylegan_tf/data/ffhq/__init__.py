"""FFHQ as it is published, for tensorflow-datasets, and drawn in its layout."""

from stylegan_tf.data.ffhq.dataset import FFHQ, LICENCES, load_ffhq

__all__ = ["FFHQ", "LICENCES", "load_ffhq"]
