"""The workbench: modules, layers, live values and the answer, for one question or two side by side."""
