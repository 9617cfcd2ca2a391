"""Networks that look at pictures: of digits, of toy faces, LPIPS, and Keras's own."""
