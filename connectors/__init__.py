"""Everything outside: canonical tables, stores, files and indexes."""
