"""The facts that metrics read: rows with keys, a date and measures, as Ibis expressions."""
