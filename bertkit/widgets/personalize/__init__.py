"""A console for teaching a reader."""
