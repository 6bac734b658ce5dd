"""Rules about inputs, outputs, states, classes and functions."""
