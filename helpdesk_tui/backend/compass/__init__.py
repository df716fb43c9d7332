"""Another platform's phones, over its REST API: what such an environment offers, and what it does not."""
