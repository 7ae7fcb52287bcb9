"""Reads a model's words closely enough to hold every reference against its sentence."""
