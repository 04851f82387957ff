"""Who is let in, on what terms, and the words in which others are refused."""
