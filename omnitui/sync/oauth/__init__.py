"""Signing in with a provider (OAuth 2): device code, browser on this machine, or the address pasted back."""
