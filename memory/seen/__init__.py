"""How venues, their rules and pools were seen."""
