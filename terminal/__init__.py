"""The terminal: what can be typed after `charter`, and how what is read is laid out in text."""
