package inbox

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Person is a contact as the database has it.
type Person struct {
	chat.Contact
	MergedInto chat.ContactID // the contact who took it in, or empty
}

// Contact reads a person. One who was found to be another is given as that other one;
// a missing one is NotFound.
func Contact(ctx context.Context, s *store.Store, id chat.ContactID) (Person, error) {
	for range 10 { // a chain of merges is short
		list, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (p Person, err error) {
			return p, rows.Scan(&p.ID, &p.Workspace, &p.ExternalID, &p.BrazeID, &p.AliasName, &p.AliasLabel, &p.Phone, &p.FirstName, &p.Language,
				&p.OptedOut, &p.CreatedAt, &p.MergedInto)
		}, `SELECT id, workspace, external_id, braze_id, alias_name, alias_label, phone, first_name, language, opted_out, created_at, merged_into
			FROM contacts WHERE id = $1`, string(id))
		if err != nil {
			return Person{}, err
		}
		if len(list) == 0 {
			break
		}
		if list[0].MergedInto == "" {
			return list[0], nil
		}
		id = list[0].MergedInto
	}
	return Person{}, chat.Errorf(chat.NotFound, "there is no such contact")
}

// ConversationsWith lists the newest conversations with a person, newest first.
func ConversationsWith(ctx context.Context, s *store.Store, id chat.ContactID, limit int) ([]store.Listed, error) {
	return db.Collect(ctx, s.Read, store.ScanListed, "SELECT "+store.ListedColumns()+
		" FROM conversations c JOIN contacts p ON p.id = c.contact_id WHERE c.contact_id = $1 ORDER BY c.opened_at DESC, c.id DESC LIMIT $2", string(id), limit)
}
