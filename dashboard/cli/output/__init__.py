"""What commands print: results, progress and JSON documents."""
