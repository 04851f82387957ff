"""Options that commands share, and options declared from settings."""
