"""What the notebooks share, and what teachers hand out."""

from stylegan_tf.course.notebook import pick, png, profile, show, versions

__all__ = ["pick", "png", "profile", "show", "versions"]
