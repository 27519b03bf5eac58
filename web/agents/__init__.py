"""What an agent of a service desk may ask: may I say yes to this? and the answer it then gave."""
