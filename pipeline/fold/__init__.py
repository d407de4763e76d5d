"""Folding: what makes an article comparable (`fingerprint`), and of which earlier article it is a copy (`judge`)."""
