"""What runs a model: torch (the reference), OpenVINO (fast on processors), Core ML itself (macOS)."""
