"""Where the time goes: measured milliseconds of every layer, rolled up to modules."""
