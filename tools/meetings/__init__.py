"""Documents of the meetings: what a page says, made from tool results."""
