"""coremltools' own numeric tests, run through bertkit's runtime."""
