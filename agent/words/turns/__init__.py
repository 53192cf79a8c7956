"""What a turn says by going on with an earlier one, or with what was done."""
