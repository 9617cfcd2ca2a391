"""What the notebooks share, and what teachers hand out."""

from stylegan_tf.course.notebook import PROFILES, Picture, pick, png, profile, show, versions

__all__ = ["PROFILES", "Picture", "pick", "png", "profile", "show", "versions"]
