"""Templates of the documents that Concord writes."""
