// Package sign signs what Parley posts to other programs, webhooks and turns alike, as the
// Standard Webhooks specification (standardwebhooks.com) says, so that its libraries can
// check them.
//
// It owns secrets and the three headers. It must not send anything nor read the clock.
// Start reading at [Set].
package sign

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// prefix marks a secret as one of this scheme (Standard Webhooks, "Signature scheme").
const prefix = "whsec_"

// The sizes of a key in bytes that the specification recommends.
const (
	minKey = 24
	maxKey = 64
)

// NewSecret makes a secret of 32 random bytes, in the form that receivers' libraries take.
func NewSecret() string {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return prefix + base64.StdEncoding.EncodeToString(key)
}

// Hint is what may be shown of a secret later: enough to tell two apart.
func Hint(secret string) string {
	if len(secret) < 12 {
		return ""
	}
	return prefix + "…" + secret[len(secret)-5:]
}

// Check says what is wrong with a secret that somebody has made, without repeating it.
func Check(secret string) error {
	text, marked := strings.CutPrefix(secret, prefix)
	key, err := base64.StdEncoding.DecodeString(text)
	switch {
	case !marked:
		return fmt.Errorf("does not begin with %s", prefix)
	case err != nil:
		return fmt.Errorf("has something else than base64 behind %s", prefix)
	case len(key) < minKey || len(key) > maxKey:
		return fmt.Errorf("has a key of %d bytes; %d to %d are good", len(key), minKey, maxKey)
	}
	return nil
}

// ErrDamaged is why a secret cannot sign.
var ErrDamaged = errors.New("the secret is damaged; make a new one")

// Set sets the headers of the specification: the id, which stays the same when a call is
// repeated, the time of this attempt, given in unix milliseconds, and a signature under
// each secret.
func Set(header http.Header, id string, at int64, body string, secrets ...string) error {
	stamp := strconv.FormatInt(at/1000, 10)
	var signatures []string
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
		if err != nil {
			return ErrDamaged
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + stamp + "." + body))
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	header.Set("Webhook-Id", id)
	header.Set("Webhook-Timestamp", stamp)
	header.Set("Webhook-Signature", strings.Join(signatures, " "))
	return nil
}
