"""Corrections of an order or of a position: of one that is shown, and of an order that stands."""
