"""The metric registry and the engine that computes it."""
