"""What was done with money: plans, signed transactions and orders, what moved, what books are kept from."""
