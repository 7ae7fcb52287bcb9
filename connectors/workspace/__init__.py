"""The workspace: everything that people or Concord write, in a transactional database."""
