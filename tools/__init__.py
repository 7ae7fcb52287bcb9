"""What a model may call: thin typed tools over pure functions."""
