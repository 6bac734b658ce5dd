"""The map of a model: modules, the layers of the selected one, and its graph."""
