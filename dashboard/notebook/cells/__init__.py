"""Views of the page in the cells of a notebook, and the server that brings them."""
