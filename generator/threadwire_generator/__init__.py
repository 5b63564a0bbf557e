"""Spec in, files out: the generator of threadwire."""
