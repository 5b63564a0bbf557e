"""Measures the decoder and the generator against their gates; run as `python -m bench.run`."""
