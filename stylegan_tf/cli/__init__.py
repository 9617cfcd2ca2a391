"""The command ``stylegan-tf``: one file for each command, with its arguments and what it does."""

from stylegan_tf.cli.main import main

__all__ = ["main"]
