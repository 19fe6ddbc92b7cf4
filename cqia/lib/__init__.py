"""Leaf code: imports nothing of the apps, so that everything may import it."""
