"""What setting up an account needs of the network: finding servers, trying logins, looking at certificates."""
