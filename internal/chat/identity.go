package chat

// IdentityKind is a way in which Braze may name a person.
type IdentityKind string

// Kinds of identity, strongest first. A bsuid is Meta's business-scoped user id,
// which may stand alone when a person hides their number.
const (
	ByExternalID IdentityKind = "external_id"
	ByBrazeID    IdentityKind = "braze_id"
	ByAlias      IdentityKind = "alias"
	ByPhone      IdentityKind = "phone"
	ByBSUID      IdentityKind = "bsuid"
)

// Identity is one name of a contact, unique within a workspace. The value of
// an alias is its label, a tab, and its name.
type Identity struct {
	Kind  IdentityKind
	Value string
}

// Alias makes the value of an alias identity.
func Alias(label, name string) string { return label + "\t" + name }

// Contact is a person. The fields that address them at Braze are the newest
// known; Identities of the store holds them all.
type Contact struct {
	ID         ContactID
	Workspace  string
	ExternalID string
	BrazeID    string
	AliasName  string
	AliasLabel string
	Phone      string
	FirstName  string
	Language   string
	OptedOut   int64 // when they asked for no more messages; 0 if they did not
	CreatedAt  int64
}
