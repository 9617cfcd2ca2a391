"""Your own pictures: a folder of files as data for training."""

from stylegan_tf.data.folder.dataset import Folder, load_folder, open_folder

__all__ = ["Folder", "load_folder", "open_folder"]
