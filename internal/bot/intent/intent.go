// Package intent understands short customer messages without a model server: which
// of the operator's intents a text belongs to, how likely that reading is right,
// whether it is one of the few things every bot must always understand, and in which
// language it is written.
//
// It owns text folding, features, the classifier, its calibration and the word lists.
// It must not know answers, conversations or files, do I/O, or read the clock. Training
// with the same examples and options always gives the same model, whatever the machine.
//
// Start reading at [Train] and [Model.Understand]; [Always] and [Detector] stand alone.
package intent

// Example is one labelled phrasing.
type Example struct {
	Label string
	Text  string
}

// Scored is one label with the probability that it is the right reading.
type Scored struct {
	Label string
	P     float64
}

// Reading is what a model makes of a text.
type Reading struct {
	// Top holds the best labels, best first, at most [TopLabels] of them. It is empty
	// when the text has nothing the model has ever seen.
	Top []Scored
	// P is the calibrated probability, 0 to 1, that Top[0] is right, given that a share
	// of the traffic (Options.OOSPrior) belongs to no intent at all.
	P float64
	// Known is the share, 0 to 1, of the text's words, weighted by how telling they
	// are, that occur in any example.
	Known float64
}

// TopLabels is the largest number of labels in a [Reading].
const TopLabels = 5

// Options steer training.
type Options struct {
	// Language picks the stemmer and the chat abbreviations: an ISO 639-1 code. A
	// language without a stemmer works, a little less precisely.
	Language string
	// OOSPrior is the expected share of messages outside every intent, above 0 and
	// below 1. Zero means [DefaultOOSPrior].
	OOSPrior float64
	// OffTopic are messages known to belong to no intent. They sharpen the calibration;
	// no label is learnt from them.
	OffTopic []string
	// Progress is called with growing done, never concurrently. May be nil.
	Progress func(done, total int)
}

// DefaultOOSPrior is the share of off-topic messages assumed when nothing is known.
const DefaultOOSPrior = 0.4

// seed makes every shuffle repeatable.
const seed = 20261122
