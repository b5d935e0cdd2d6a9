"""Reports: one result object, one module per format. They show what was judged; they judge nothing."""
