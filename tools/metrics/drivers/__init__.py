"""Drivers: why a metric changed, as an exact bridge from one side of a comparison to the other."""
