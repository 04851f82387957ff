"""The commands of ``spexplain``, a module for each group of them."""
