"""A pad to draw on: guesses which emoji it is, and is taught new ones."""
