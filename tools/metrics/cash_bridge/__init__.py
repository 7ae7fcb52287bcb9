"""The error-to-cash bridge: from what was planned, ordered, shipped and made to what it did to cash."""
