"""Measurements, never asserted: `make bench` writes them to build/bench.json."""
