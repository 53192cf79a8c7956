"""What each word of one text is: lexemes, readings of them, clauses. No meaning beyond the sentence."""
