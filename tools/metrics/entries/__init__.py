"""The entries of the registry, by meeting."""
