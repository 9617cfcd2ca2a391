"""Memory, minutes and days of a training run, before it begins."""
