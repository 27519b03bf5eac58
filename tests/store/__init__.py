"""The store keeps what it acknowledged, in order, on both databases."""
