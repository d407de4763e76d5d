"""Which dates a page states, and which of them is the one of publication."""
