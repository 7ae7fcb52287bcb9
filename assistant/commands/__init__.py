"""The commands of `concord`, one file per topic. They import what they need when they run."""
