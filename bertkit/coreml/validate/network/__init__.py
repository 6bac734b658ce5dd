"""Rules about NeuralNetworks; `walk.py` goes through the layers as they are computed."""
