"""How numbers are written, where Django's own habit is not ours."""
