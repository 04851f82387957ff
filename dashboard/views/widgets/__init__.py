"""Controls, forms and sections as parts of the page."""
