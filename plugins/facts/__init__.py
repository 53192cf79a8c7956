"""What a model is told of the moment: the rates, and the asker's own portfolio. Two plug-ins: one may be missing."""
