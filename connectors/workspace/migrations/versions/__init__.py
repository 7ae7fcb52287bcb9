"""One file per revision, named r<revision>_<what it does>.py."""
