"""Setting up an account: what is asked, in which order, and what the answers mean. Knows no screen and no network."""
