"""What must hold when processes are killed and when many write at once."""
