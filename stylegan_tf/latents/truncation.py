"""Truncation in W: styles are pulled towards their mean, for better pictures of less variety.

Source: paper section 2.1 and appendix B.
"""

from __future__ import annotations

from keras import ops

from stylegan_tf.latents.codes import lerp
from stylegan_tf.scalars import is_one


def truncate(ws, w_avg, psi=1.0, cutoff=None):
    """Pull the styles towards the centre of W: w_avg + psi (w - w_avg) in the layers below ``cutoff``.

    Args:
        ws: (B, L, w_dim); the result has the same shape.
        w_avg: (w_dim,).
        psi: 1 changes nothing, 0 leaves nothing but the centre. A number, or one for each sample (B,).
        cutoff: number of layers that are truncated, from the coarsest; None: all of them.

    Raises:
        ValueError: for psi of another shape.

    Source: paper appendix B; official networks_stylegan.py: G_style; docs/exactness.md, Truncation.
    """
    if is_one(psi):
        return ws
    psi = ops.cast(psi, ws.dtype)
    check_psi(psi, ws.shape[0])
    if psi.ndim == 1:
        psi = psi[:, None, None]  # the same for all layers of a sample
    truncated = lerp(w_avg, ws, psi)
    if cutoff is None:
        return truncated
    is_below = ops.arange(ws.shape[1]) < cutoff  # (L,)
    return ops.where(is_below[:, None], truncated, ws)


def check_psi(psi, batch: int | None) -> None:
    """Raise ValueError if psi is neither one number nor one for each of ``batch`` samples (None: unknown)."""
    shape = tuple(psi.shape)
    fits = len(shape) == 0 or (len(shape) == 1 and (None in (batch, shape[0]) or shape[0] == batch))
    if not fits:
        samples = "each sample" if batch is None else f"each of the {batch} samples"
        raise ValueError(f"psi has shape {shape}; give one number, or one for {samples}")
