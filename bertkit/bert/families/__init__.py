"""The supported families: each file maps a checkpoint's names and configuration to modules."""
