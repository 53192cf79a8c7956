"""One contract a file: the view functions that the runtime itself reads."""
