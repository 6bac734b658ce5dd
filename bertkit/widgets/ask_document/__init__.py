"""Documents and questions: ask, see the answers in the text, step through them, mark what is right."""
