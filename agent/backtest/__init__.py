"""Walk-forward on recorded history: what Moneta, simple rules and hindsight would have earned after all costs.

Pure but for reading files (`reading`, `prices`, `gas`) and drawing (`plots`). Amounts here are floats of whole
tokens: they are statistics of what was, nothing is signed from them. What goes into the product's own hooks, and
comes out of them, is integers. docs/backtest.md tells the method.
"""
