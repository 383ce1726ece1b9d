"""Mail from files: a Maildir or an mbox read into the store through the same parser and the same ledger."""
