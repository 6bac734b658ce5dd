"""The original beside the file: how far each module is off, and whether the answers are the same."""
