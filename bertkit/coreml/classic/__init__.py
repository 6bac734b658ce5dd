"""Model types that are neither networks, programs nor pipelines: one family a file, in numpy alone.

Every file turns the message of its model types into a function from checked inputs to outputs; `registry.load` finds
the file.
"""
