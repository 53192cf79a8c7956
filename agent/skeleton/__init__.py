"""What `moneta plugins new` writes, as text: {{name}} and {{package}} stand for the name that is given."""
