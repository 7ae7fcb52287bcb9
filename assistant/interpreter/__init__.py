"""The embedded model: question → typed tool calls → words."""
