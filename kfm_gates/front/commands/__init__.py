"""The commands of `kfm-gates`, one module each, imported when the command is given."""
