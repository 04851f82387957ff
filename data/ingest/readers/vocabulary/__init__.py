"""Words of files: columns, media, redshifts and their warnings; and what a user says of them."""
