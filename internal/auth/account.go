package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/access"
)

// State says whether an account can be used.
type State string

// The states of an account.
const (
	Active   State = "active"
	Invited  State = "invited" // has no password yet
	Disabled State = "disabled"
)

// Account is a user as administrators see one.
type Account struct {
	User
	State     State
	CreatedAt time.Time
	SeenAt    time.Time // zero for never
}

func accountOf(u store.User) Account {
	a := Account{User: userOf(u), State: Active, CreatedAt: time.UnixMilli(u.CreatedAt)}
	if u.SeenAt != 0 {
		a.SeenAt = time.UnixMilli(u.SeenAt)
	}
	switch {
	case u.DisabledAt != 0:
		a.State = Disabled
	case u.PasswordHash == "":
		a.State = Invited
	}
	return a
}

// Accounts lists everybody, in order of their addresses.
func (a *Auth) Accounts(ctx context.Context) ([]Account, error) {
	users, err := a.store.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	out := make([]Account, len(users))
	for i, u := range users {
		out[i] = accountOf(u)
	}
	return out, nil
}

// Account reads one user; the error is a chat.Error with code NotFound when there is none.
func (a *Auth) Account(ctx context.Context, id string) (Account, error) {
	u, err := a.store.User(ctx, id)
	return accountOf(u), err
}

// NewUser is what it takes to add a user.
type NewUser struct {
	Email, Name string
	Role        Role
	Password    config.Secret // Enroll only
}

// checked is the user with its entries put into their stored form, or a chat.Error that names the one to mend.
func (n NewUser) checked() (NewUser, error) {
	email, err := normalEmail(n.Email)
	if err != nil {
		return n, err
	}
	n.Email = email
	if n.Role, err = ParseRole(string(n.Role)); err != nil {
		return n, err
	}
	n.Name, err = checkName(n.Name)
	return n, err
}

func checkName(text string) (string, error) {
	name := strings.TrimSpace(text)
	switch {
	case name == "":
		return "", chat.Errorf(chat.Invalid, "a name is missing; colleagues see it in the desk")
	case utf8.RuneCountInString(name) > 80:
		return "", chat.Errorf(chat.Invalid, "the name is too long; use at most 80 characters")
	}
	return name, nil
}

// Enroll adds a user with a password, or replaces name, role and password of the one with this address, logs them
// out everywhere and lets them log in again if they were disabled. It is for the command line: nobody else is asked.
// The error is a chat.Error when an entry is to be mended.
func (a *Auth) Enroll(ctx context.Context, n NewUser) (User, error) {
	n, err := n.checked()
	if err != nil {
		return User{}, err
	}
	hash, err := a.hash(ctx, n.Password.Reveal())
	if err != nil {
		return User{}, err
	}
	fresh := store.User{ID: chat.NewID(), CreatedAt: a.now()}
	u, err := a.alter(ctx, Console, n.Email, func(tx *store.Tx, u *store.User) error {
		if u.ID == "" {
			*u = fresh
		}
		u.Email, u.Name, u.Role, u.PasswordHash, u.DisabledAt = n.Email, n.Name, string(n.Role), hash, 0
		return a.logOutEverywhere(ctx, tx, u.ID, "")
	})
	if err != nil {
		return User{}, err
	}
	return userOf(u), nil
}

// Rename changes name and role of a user. A new role logs the user out everywhere, but for a session of by's own
// that is keep, so that no page goes on with what it was drawn for.
func (a *Auth) Rename(ctx context.Context, by User, keep config.Secret, key, name string, role Role) (Account, error) {
	name, err := checkName(name)
	if err != nil {
		return Account{}, err
	}
	if role, err = ParseRole(string(role)); err != nil {
		return Account{}, err
	}
	u, err := a.alter(ctx, by, key, func(tx *store.Tx, u *store.User) error {
		if u.ID == "" {
			return errNoUser
		}
		changed := u.Role != string(role)
		u.Name, u.Role = name, string(role)
		if !changed {
			return nil
		}
		return tx.DeleteSessionsOf(ctx, u.ID, tokenHash(keep.Reveal()))
	})
	return accountOf(u), err
}

// Disable ends all sessions and links of a user at once and refuses new ones; the user's API tokens do not work
// meanwhile. It is a Conflict for the last administrator.
func (a *Auth) Disable(ctx context.Context, by User, key string) (Account, error) {
	u, err := a.alter(ctx, by, key, func(tx *store.Tx, u *store.User) error {
		if u.ID == "" {
			return errNoUser
		}
		if u.DisabledAt == 0 {
			u.DisabledAt = a.now()
		}
		return a.logOutEverywhere(ctx, tx, u.ID, "")
	})
	return accountOf(u), err
}

// Enable lets a user who was disabled log in again, with the password from before.
func (a *Auth) Enable(ctx context.Context, by User, key string) (Account, error) {
	u, err := a.alter(ctx, by, key, func(_ *store.Tx, u *store.User) error {
		if u.ID == "" {
			return errNoUser
		}
		u.DisabledAt = 0
		return nil
	})
	return accountOf(u), err
}

// errNoUser says that a key is nobody's.
var errNoUser = chat.Errorf(chat.NotFound, "there is no such user")

// alter changes the user with an id or address, or adds one when change fills in what was empty. Nobody can change
// somebody above themselves or lift anybody, themselves included, above themselves, and an administrator who can log
// in always remains. What comes after it was saved belongs to the same transaction. All functions may run twice.
func (a *Auth) alter(ctx context.Context, by User, key string, change func(*store.Tx, *store.User) error, after ...func(*store.Tx, store.User) error) (u store.User, err error) {
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		users, err := tx.LockUsers(ctx, key)
		if err != nil {
			return err
		}
		var was store.User
		if i := slices.IndexFunc(users, func(u store.User) bool { return u.ID == key || u.Email == key }); i >= 0 {
			was = users[i]
		}
		u = was
		if err := change(tx, &u); err != nil {
			return err
		}
		if was.ID != "" && !by.Role.Allows(Role(was.Role)) || !by.Role.Allows(Role(u.Role)) {
			return chat.Errorf(chat.Forbidden, "you cannot give, take or change a role above your own")
		}
		others := slices.ContainsFunc(users, func(other store.User) bool { return other.ID != u.ID && governs(other) })
		if governs(was) && !governs(u) && !others {
			return chat.Errorf(chat.Conflict, "this is the last administrator who can log in; make somebody else one first")
		}
		save := tx.UpsertUser
		if was.ID == "" {
			save = tx.InsertUser
		}
		if err := save(ctx, u); err != nil {
			return err
		}
		for _, then := range after {
			if err := then(tx, u); err != nil {
				return err
			}
		}
		return tx.Notify(ctx, store.TopicPeople)
	})
	if err == nil {
		a.set.Changed()
	}
	if chatErr := (*chat.Error)(nil); err != nil && !errors.As(err, &chatErr) {
		err = fmt.Errorf("change a user: %w", err)
	}
	return u, err
}

// governs reports whether somebody is an administrator who can log in.
func governs(u store.User) bool {
	return Role(u.Role) == Admin && u.DisabledAt == 0 && u.PasswordHash != ""
}

// logOutEverywhere ends all sessions of a user but the one with the hash keep, and makes links worthless.
func (a *Auth) logOutEverywhere(ctx context.Context, tx *store.Tx, userID, keep string) error {
	if err := tx.DeleteSessionsOf(ctx, userID, keep); err != nil {
		return err
	}
	return access.DeleteLinks(ctx, tx, userID)
}
