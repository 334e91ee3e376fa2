"""Reading the structure of PDF files that strangers hand in, apart from everything else that the platform does."""
