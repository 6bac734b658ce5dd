"""What is inside a model file: the two-column picture, and everything behind its boxes."""
