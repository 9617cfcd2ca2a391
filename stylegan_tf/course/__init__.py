"""What the notebooks share, and what teachers hand out."""

from stylegan_tf.course.notebook import PROFILES, pick, png, profile, show, versions

__all__ = ["PROFILES", "pick", "png", "profile", "show", "versions"]
