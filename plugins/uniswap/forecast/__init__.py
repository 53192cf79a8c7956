"""What a range may be expected to bring: the time in it, its fees, its loss against holding.

Floating point is at home here and nowhere else of this plug-in: what comes in and goes out are integers, and no
amount that is signed comes from it.
"""

from plugins.uniswap.forecast.model import forecast

__all__ = ["forecast"]
