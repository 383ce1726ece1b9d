"""Settings, where they stand, and how secrets are found."""
