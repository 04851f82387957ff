"""Everything that touches disk or network: readers, the simulator, collections, the batch."""
