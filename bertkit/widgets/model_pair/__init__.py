"""A Core ML file beside the Hugging Face model that it was converted from."""
