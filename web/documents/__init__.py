"""What people take in their hands: the charter as a page, PDF or Markdown, evidence, and what is held of somebody."""
