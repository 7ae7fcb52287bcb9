"""Charts as Vega-Lite specifications with their data inside, chosen by the shape of a result."""
