"""Every figure of the README: `python -m benchmarks [--quick]` prints one JSON line a figure."""
