// Package sandbox is a pretend Braze and a pretend WhatsApp in one process: Braze's REST
// endpoints with their rules and silences, webhook campaigns, Liquid, phones that a person or a test writes
// with, a movable clock and faults to order.
//
// It talks HTTP only and shares no type with the code that speaks to Braze, so that a misspelt field cannot
// agree with itself. It must not be used for anything but trying and testing: there is no log-in.
//
// Start reading at [Server]; inbound.go is a customer's message on its way to the webhooks, deliver.go
// a business's message on its way to the phone. What Braze's documentation leaves open is decided in
// package switches, each choice with a switch; keep.go is what a second run goes on with. The parts below
// know nothing of this package:
//
//	liquid    templates               profile   the user base
//	campaign  what is set up          userapi   Braze's endpoints on users
//	whatsapp  phones, WhatsApp rules  notice    words for what did not arrive
//	webhook   calls going out         currents  receipts going out
//	gate      keys, limits, faults    wire      JSON in and out
//	clock     the movable clock       feed      live events, activity log
//	switches  answers to silences     keep      the file of a second run
package sandbox
