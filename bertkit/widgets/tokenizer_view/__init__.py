"""A question and a document as the tokenizer cuts them up."""
