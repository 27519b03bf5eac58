"""The requests of customers and the answers they got: logged, decided, appealed, reversed, corrected, learned from."""
