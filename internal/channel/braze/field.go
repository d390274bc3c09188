package braze

// field is what a key of a webhook body means, whatever its author called it.
type field uint8

const (
	fieldUnknown field = iota
	fieldVersion
	fieldExternalID
	fieldBrazeID
	fieldPhone
	fieldAlias
	fieldAliasName
	fieldAliasLabel
	fieldBSUID
	fieldFirstName
	fieldLastName
	fieldProfileName
	fieldLanguage
	fieldMessage
	fieldMedia
	fieldFlow
	fieldProduct
	fieldCatalog
	fieldDispatch
	fieldCampaign
)

// fieldSet is a set of known fields; it never holds fieldUnknown.
type fieldSet uint32

func (s fieldSet) has(f field) bool { return f != fieldUnknown && s&(1<<f) != 0 }

func (s *fieldSet) add(f field) {
	if f != fieldUnknown {
		*s |= 1 << f
	}
}

const identityFields fieldSet = 1<<fieldExternalID | 1<<fieldBrazeID | 1<<fieldPhone |
	1<<fieldAlias | 1<<fieldAliasName | 1<<fieldAliasLabel | 1<<fieldBSUID

// identity reports whether the field says who wrote.
func (f field) identity() bool { return identityFields.has(f) }

// name reports whether the field holds free text, other than the message, that a customer can choose.
func (f field) name() bool {
	return f == fieldFirstName || f == fieldLastName || f == fieldProfileName
}

// nested reports whether Braze may render the field as JSON, or as nothing at all, instead of text.
func (f field) nested() bool { return f == fieldMedia || f == fieldFlow }

// maxKey is the longest key, in bytes, that is looked up; longer ones are unknown fields.
const maxKey = 40

// fieldOf reads a key without regard to case, underscores, hyphens and spaces: "user_id", "userId" and
// "User-ID" mean the same. The names are those of Braze's own tags and examples and their usual variants.
func fieldOf(key string) field {
	if len(key) > maxKey {
		return fieldUnknown
	}
	var buf [maxKey]byte
	n := 0
	for i := range len(key) {
		c := key[i]
		switch {
		case c == '_' || c == '-' || c == ' ':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		buf[n] = c
		n++
	}
	switch string(buf[:n]) {
	case "v":
		return fieldVersion
	case "externalid", "userid", "externaluserid":
		return fieldExternalID
	case "brazeid", "brazeuserid":
		return fieldBrazeID
	case "phone", "phonenumber", "userphonenumber", "fromphonenumber":
		return fieldPhone
	case "useralias", "alias":
		return fieldAlias
	case "aliasname", "useraliasname":
		return fieldAliasName
	case "aliaslabel", "useraliaslabel":
		return fieldAliasLabel
	case "bsuid":
		return fieldBSUID
	case "firstname":
		return fieldFirstName
	case "lastname":
		return fieldLastName
	case "profilename", "inboundprofilename":
		return fieldProfileName
	case "language", "lang", "locale":
		return fieldLanguage
	case "message", "messagebody", "messagetext", "inboundmessagebody", "inboundmessage", "text", "body", "msg":
		return fieldMessage
	case "mediaurls", "mediaurl", "media", "inboundmediaurls":
		return fieldMedia
	case "flowresponse", "inboundflowresponse":
		return fieldFlow
	case "productid", "inboundproductid":
		return fieldProduct
	case "catalogid", "inboundcatalogid":
		return fieldCatalog
	case "dispatchid":
		return fieldDispatch
	case "campaignid", "campaignapiid", "apiid":
		return fieldCampaign
	}
	return fieldUnknown
}
