"""What users write on a collection: tags of spectra and names of clusters."""
