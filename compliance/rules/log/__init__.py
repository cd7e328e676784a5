"""Log retention."""
