"""Trends and anomalies of a metric by month: level, slope, outliers, by robust rules."""
