"""The `crm.*` methods."""
