"""The worker side: everything that talks to a network."""
