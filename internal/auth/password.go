package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"parley/internal/chat"
)

const (
	saltBytes = 16
	keyBytes  = 32
)

// params are the costs of one hash. A hash holds its own, so raising today's keeps old passwords valid; they
// are hashed anew at the next log-in.
type params struct {
	memory, passes uint32 // memory in KiB
	lanes          uint8
}

// today are the least costs that OWASP's Password Storage Cheat Sheet recommends for Argon2id.
func today() params { return params{memory: 19 * 1024, passes: 2, lanes: 1} }

// maxHashing bounds how many passwords are hashed at once, and with it memory: 4 x 19 MiB. The others wait.
const maxHashing = 4

// Bounds of a password; the upper one keeps a request from buying much work.
const (
	minPassword = 10 // characters
	maxPassword = 1024
)

// errHash is a stored hash that cannot be read.
var errHash = errors.New("stored password hash is malformed")

// hash turns a password into what is stored. A password that is too short or too long is a chat.Error.
func (a *Auth) hash(ctx context.Context, password string) (string, error) {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return "", chat.Errorf(chat.Invalid, "the password is too short; use at least %d characters, such as four random words", minPassword)
	case len(password) > maxPassword:
		return "", chat.Errorf(chat.Invalid, "the password is too long; use at most %d bytes", maxPassword)
	}
	salt := newSalt()
	key, err := a.derive(ctx, password, a.costs, salt, keyBytes)
	if err != nil {
		return "", err
	}
	return a.costs.encode(salt, key), nil
}

// verify compares a password with a stored hash in constant time. stale says that the hash was made with other
// costs than today's. A wrong password is no error.
func (a *Auth) verify(ctx context.Context, password, stored string) (ok, stale bool, err error) {
	p, salt, want, err := decode(stored)
	if err != nil {
		return false, false, err
	}
	if len(password) > maxPassword {
		return false, false, nil
	}
	got, err := a.derive(ctx, password, p, salt, uint32(len(want)))
	if err != nil {
		return false, false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, p != a.costs || len(want) != keyBytes, nil
}

// derive runs Argon2id when a place is free, or gives up with the context.
func (a *Auth) derive(ctx context.Context, password string, p params, salt []byte, size uint32) ([]byte, error) {
	select {
	case a.hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-a.hashing }()
	return argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, size), nil
}

func newSalt() []byte {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	return salt
}

// encode writes a hash of these costs in the PHC string format.
func (p params) encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// decode reads a PHC string of Argon2id and refuses costs that no version of Parley would write.
func decode(stored string) (p params, salt, key []byte, err error) {
	parts := strings.Split(stored, "$")
	var version int
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, nil, nil, errHash
	}
	salt, saltErr := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	const maxMemoryKiB, maxPasses = 1 << 20, 100
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) < 16 || len(key) > 128 ||
		p.memory == 0 || p.memory > maxMemoryKiB || p.passes == 0 || p.passes > maxPasses || p.lanes == 0 {
		return p, nil, nil, errHash
	}
	return p, salt, key, nil
}
