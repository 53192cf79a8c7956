"""What a user lets be done without being asked: the mandate, its rules, and its words."""
