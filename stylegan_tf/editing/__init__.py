"""Changing what a generator draws: attributes and their directions, and the latents of a given picture."""

from stylegan_tf.editing.attributes import Attributes, digits_reader, edit_sheet, reader_of

__all__ = ["Attributes", "digits_reader", "edit_sheet", "reader_of"]
