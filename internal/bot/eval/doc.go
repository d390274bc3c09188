// Package eval measures how well the embedded understander reads labelled messages.
// It owns the file format of a labelled set and the figures of a report; it trains
// with package intent as a publish does and answers nobody.
//
// Start reading at [ReadSet] and [Measure].
package eval
