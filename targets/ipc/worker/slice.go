package ffirt

// Slice stands for this package in the trials of package check.
type Slice struct{}
