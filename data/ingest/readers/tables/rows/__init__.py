"""Tables that hold many spectra: a row of arrays each, or a block of rows each."""
