"""What the widgets are built of: a panel with one picture, controls, a pad, a canvas."""
