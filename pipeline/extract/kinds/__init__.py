"""What a page is where it is no article."""
