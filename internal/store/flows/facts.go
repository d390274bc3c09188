package flows

import (
	"context"
	"maps"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// KeepFacts keeps what a turn's flow has set of the customer, in the transaction that
// commits the turn. An empty value takes a fact back.
func KeepFacts(ctx context.Context, tx *store.Tx, id chat.ConversationID, values map[string]string, now int64) error {
	columns := []string{"conversation_id", "name", "value", "at"}
	var rows [][]any
	for _, name := range slices.Sorted(maps.Keys(values)) {
		rows = append(rows, []any{string(id), name, values[name], now})
	}
	_, err := tx.Insert(ctx, "flow_facts", columns, rows, db.Overwrite("conversation_id,name", columns))
	return err
}
