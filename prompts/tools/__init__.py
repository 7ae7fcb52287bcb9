"""One file of words per tool, as a model reads them."""
