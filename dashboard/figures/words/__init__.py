"""Sentences about explanations, verdicts, types and domains, for page, files and shell."""
