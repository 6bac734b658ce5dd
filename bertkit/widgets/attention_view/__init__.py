"""Who attends to whom: every head as a picture, one head in detail, and what the answer does without it."""
