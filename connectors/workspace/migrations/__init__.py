"""Migrations of the workspace, forwards only. Imported when a schema has to be made or changed."""
