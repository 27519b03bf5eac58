"""What goes out by itself when something was written, and what other systems may send in."""
