"""Tools and pure functions over the plans themselves."""
