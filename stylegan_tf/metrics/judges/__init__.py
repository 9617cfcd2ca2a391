"""Networks that look at pictures: the classifier of digits, the attribute classifier of toy faces, LPIPS, and
Keras's own.
"""
