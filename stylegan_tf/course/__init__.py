"""What the notebooks share, and what teachers hand out."""

from stylegan_tf.course.notebook import PROFILES, Picture, Table, pick, png, profile, show, table, versions

__all__ = ["PROFILES", "Picture", "Table", "pick", "png", "profile", "show", "table", "versions"]
