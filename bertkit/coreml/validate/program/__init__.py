"""Rules about ML Programs; `walk.py` goes through the operations as they are computed."""
