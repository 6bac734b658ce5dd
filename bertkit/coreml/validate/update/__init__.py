"""Rules about updatable models, in the order in which Core ML checks them."""
