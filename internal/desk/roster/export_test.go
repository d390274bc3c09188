package roster

import "context"

// Pass does once what Run does again and again, until there is nothing left to do.
func (r *Roster) Pass(ctx context.Context) {
	for r.pass(ctx) {
	}
}
