"""What a pack of evidence looks like to people, and how it is gathered."""
