"""What the product promises, as tests: they mirror its rooms."""
