"""What a language model can do wrong, over real HTTP: what the user saw, how often it was asked, what it cost."""
