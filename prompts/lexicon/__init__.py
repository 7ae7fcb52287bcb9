"""The words of questions, one file per language: data that the interpreter reads."""
