"""Models of users: wrapped, checked and asked, with segments of their own."""
