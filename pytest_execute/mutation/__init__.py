"""Does a test notice when the body of a function goes? Extreme mutation of what the topic added or changed."""
