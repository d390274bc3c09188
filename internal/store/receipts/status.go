package receipts

import (
	"slices"

	"parley/internal/chat"
)

// ladder are the statuses of a delivery from the best to the worst.
var ladder = []string{
	string(StateRead), string(StateDelivered), string(StateSent), string(chat.Accepted), string(chat.Queued), string(chat.Sending), string(chat.Withheld),
	string(chat.Cancelled), string(chat.Unknown), string(chat.Dead), string(StateFailed),
}

// Status is how a message stands that went out in parts: as the part in most trouble, so
// that it is never shown as better than that. part is that part, nil when there is none
// yet. What Currents tells of a delivery outweighs what we know of it ourselves.
func Status(parts []chat.Delivery, of map[chat.DeliveryID]Receipt) (status string, part *chat.Delivery) {
	worst := -1
	for i := range parts {
		s := StatusOf(parts[i], of[parts[i].ID])
		if rung := slices.Index(ladder, s); rung > worst {
			worst, status, part = rung, s, &parts[i]
		}
	}
	if worst < 0 {
		return string(chat.Queued), nil
	}
	return status, part
}

// StatusOf is how one delivery stands.
func StatusOf(d chat.Delivery, r Receipt) string {
	if s := r.State(); s != StateNone && (d.State == chat.Accepted || d.State == chat.Unknown) {
		return string(s)
	}
	return string(d.State)
}
