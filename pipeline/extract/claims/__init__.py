"""What a page or text says of itself: title, people, site, language, subjects."""
