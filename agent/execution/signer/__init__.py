"""The signer: a process of its own that holds the keys and signs only what the policy allows."""
