"""Rules about the model types that are neither networks, programs nor pipelines."""
