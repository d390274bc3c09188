package hooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"parley/internal/chat"
)

// secretPrefix marks a secret as one of this scheme ("Standard Webhooks" specification,
// standardwebhooks.com, "Signature scheme").
const secretPrefix = "whsec_"

// NewSecret makes a secret of 32 random bytes, in the form that receivers' libraries take.
func NewSecret() string {
	key := make([]byte, 32)
	rand.Read(key) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// Hint is what may be shown of a secret later: enough to tell two apart.
func Hint(secret string) string {
	if len(secret) < 12 {
		return ""
	}
	return secretPrefix + "…" + secret[len(secret)-5:]
}

// sign sets the headers of the Standard Webhooks specification: the id, the time in
// seconds, and a signature under each secret, separated by a space.
func sign(header http.Header, id string, at int64, body string, secrets ...string) error {
	stamp := strconv.FormatInt(at/1000, 10)
	var signatures []string
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
		if err != nil {
			return chat.Errorf(chat.Invalid, "the webhook's secret is damaged; make a new one")
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
