"""What the portal keeps and the rules on it; nothing here knows REST spellings."""
