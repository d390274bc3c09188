// Package userapi answers Braze's endpoints on users: track, export, identify, aliases and subscription
// states. It changes profiles and nothing else.
//
// Sources: Braze documentation, "Create and update users", "Export user profile by identifier", "Identify
// users", "Create user aliases", "Update user's subscription group status (v2)".
package userapi

import (
	"time"

	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/feed"
	"parley/internal/sandbox/profile"
)

// Rules are the answers to what the documentation leaves open here.
type Rules struct {
	Limits            profile.Limits
	TrackObjects      string        // 75_total, 75_each or 50_total
	SubscriptionDelay time.Duration // until a subscription state applies
}

// API holds what the endpoints need; all fields must be set. It is safe for concurrent use.
type API struct {
	Users   *profile.Store
	Clock   *clock.Clock
	Rules   func() Rules
	IsGroup func(id string) bool // whether a subscription group exists
	Record  func(feed.Entry)     // puts a line into the activity log
}
