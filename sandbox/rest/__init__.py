"""How the portal speaks: addresses, credentials, parameters, limits, batches, errors, OAuth."""
