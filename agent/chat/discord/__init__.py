"""Discord. `adapter` imports discord.py, which takes its time: import it where it is configured."""
