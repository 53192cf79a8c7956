"""A dry run of recorded tool calls: which of them a user's own words bind, and which rule refuses the rest.

The functions are another agent's, so the words for them are more (agent/guard/language.py) and each has its own
fields (agent/guard/families.py); the reader, the clauses and what makes words an order are Moneta's.
"""
