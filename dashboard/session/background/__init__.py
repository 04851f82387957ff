"""Work behind the page: threads that all visitors share, and whose newest answer counts."""
