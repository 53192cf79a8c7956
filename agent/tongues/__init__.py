"""What is said to people, in their language: English as the code says it, Spanish and German from catalogues."""
