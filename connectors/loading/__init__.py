"""Loading a company's own data: from files and databases through a mapping into the plan store."""
