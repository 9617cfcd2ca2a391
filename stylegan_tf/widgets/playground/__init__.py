"""The playground: all dials of a generator on one page."""

from stylegan_tf.widgets.playground.page_widget import Playground, playground
from stylegan_tf.widgets.playground.state import State

__all__ = ["Playground", "State", "playground"]
