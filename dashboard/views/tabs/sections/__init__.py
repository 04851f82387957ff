"""What tabs are made of: their sections, cards, tables and curves as HTML."""
