package chat

// Snooze puts a conversation of people aside until a time, or takes it up again when
// until is 0. Neither changes its owner. The customer's next line ends it as well.
func (c *Conversation) Snooze(until, now int64) error {
	switch {
	case c.Owner != OwnerQueue && c.Owner != OwnerAgent:
		return Errorf(Conflict, "only a conversation that people take care of can be put aside; this one is owned by %s", c.Owner)
	case until != 0 && until <= now:
		return Errorf(Invalid, "the time until which it is put aside has passed; choose a later one")
	}
	c.SnoozedUntil, c.DeskDueAt = until, until
	return nil
}
