"""The tabs below, a module each, and the drawer that holds them."""
