"""What a plan is bound to: each amount, asset, venue and verb to the user's own words."""
