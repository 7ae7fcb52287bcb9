"""The sentences of answers, one folder per language."""
