// Package braze owns Braze's wire: the bodies its webhook campaigns post to us and the REST calls we
// make to it. It turns bytes into plain Go values and plain Go values into calls, with typed errors.
//
// It decides nothing about contacts, conversations or retries, keeps no state between calls, logs
// nothing and starts no goroutine. Start reading at [DecodeInbound] (what comes in) and
// [Client.TriggerSend] (what goes out).
package braze
