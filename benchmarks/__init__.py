"""Measurements behind the claims of README and cards: `python -m benchmarks [NAME ...]`."""
