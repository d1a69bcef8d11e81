"""The portal's own pages and the frame around the application."""
