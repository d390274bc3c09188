// Package checklist holds no code, only tests: the fifty-five things that a pretend Braze and WhatsApp must do
// for an integration that works against it to work against the real ones. They call the sandbox over HTTP, as
// a stranger's integration would, and use none of its types but the configuration that starts it.
//
// Each line names the public document that states its rule. Where the documents are silent it names the
// switches that choose between the possible answers; the last line checks that none is missing.
package checklist
