"""A run: a folder with checkpoints, samples and a report, and the function that trains into it."""
