"""HTTP as a client, written once: one retry policy, one budget a credential, and no secret in anything that is said."""
