"""Text only: the system prompt, tool descriptions, wording and document templates."""
