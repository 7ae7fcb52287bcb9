"""The canonical tables as plain data, by topic; `connectors/tables.py` gathers them."""
