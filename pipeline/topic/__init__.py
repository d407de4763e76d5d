"""Topic: whether an article is about what the user follows, by a list of terms that the user can read and extend."""
