"""Numbers that may be tensors."""

from __future__ import annotations


def is_one(value) -> bool:
    """Whether a number is the constant 1, at which a blend is switched off.

    A tensor never is: it may change later.
    """
    return isinstance(value, (int, float)) and value == 1
