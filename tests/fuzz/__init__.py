"""Fuzzing of the generated decoder: `PYTHONPATH=tests python -m fuzz --minutes 3`."""
