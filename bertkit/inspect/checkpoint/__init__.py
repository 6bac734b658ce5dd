"""Hugging Face models as modules and layers, named as in torch."""
