"""The demo company: a seeded generator with planted stories."""
