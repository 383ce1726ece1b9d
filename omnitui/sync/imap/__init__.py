"""Mail pulled over IMAP."""
