"""What metrics must be, in plain SQL written from the norm (metrics.md, plan-data.md) and nothing else.

It shares no code with Concord: statements that DuckDB runs on the canonical tables of a connection. To narrow
it to a person, give it a connection whose tables are views of what that person may see. Where the norm leaves
a choice, the most literal reading is taken and said in a comment that begins with "Reading:".
"""
