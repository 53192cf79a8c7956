"""The options of the commands, a file for each family; the commands themselves are imported when they run."""
