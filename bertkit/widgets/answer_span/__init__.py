"""Where an answer comes from: the scores of tokens, spans, windows and layers."""
