"""What the widgets are made of: a panel with one picture, controls, a pad, a canvas."""
