"""Answers before and after an update."""
