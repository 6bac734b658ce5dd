"""BERT's modules: one frozen class each, holding its weights and emitting its layers as MIL operations.

Axes, always in this order and by these names: batch, sequence, heads, head_size, hidden, intermediate, vocabulary.
"""
