"""What the architecture picture shows: things, where they stand, and what goes between them."""
