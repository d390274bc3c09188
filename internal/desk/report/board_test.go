package report

import (
	"testing"

	"parley/internal/chat"
	rows "parley/internal/store/report"
	"parley/internal/testkit"
)

func TestBoard_saysWhoNeedsSomebody(t *testing.T) {
	t.Parallel()
	const now = 1_000 * rows.Hour
	ago := func(minutes int64) int64 { return now - minutes*60_000 }
	held := []rows.Held{
		{ID: "fine", Owner: chat.OwnerAgent, Agent: "ben", FirstName: "Fay", LastAt: ago(5), WindowUntil: now + rows.Hour},
		{ID: "silent", Owner: chat.OwnerAgent, Agent: "ben", FirstName: "Sid", LastAt: ago(180)},
		{ID: "aside", Owner: chat.OwnerAgent, Agent: "ben", Phone: "+1", AskedAt: ago(300), LastAt: ago(300), SnoozedUntil: now + 1, WindowUntil: now + 1},
		{ID: "asked", Owner: chat.OwnerAgent, Agent: "zoe", AskedAt: ago(3), LastAt: ago(3), WindowUntil: now + 20*rows.Hour},
		{ID: "new", Owner: chat.OwnerQueue, QueuedAt: ago(1), LastAt: ago(1), WindowUntil: now + 23*rows.Hour},
		{ID: "old", Owner: chat.OwnerQueue, QueuedAt: ago(10), AskedAt: ago(40), LastAt: ago(10), WindowUntil: now + 22*rows.Hour},
		{ID: "urgent", Owner: chat.OwnerQueue, QueuedAt: ago(2), LastAt: ago(2), Priority: chat.Urgent, WindowUntil: now + 23*rows.Hour},
		{ID: "closing", Owner: chat.OwnerQueue, QueuedAt: ago(60), AskedAt: ago(60), WindowUntil: now + rows.Hour},
		{ID: "closed", Owner: chat.OwnerAgent, Agent: "zoe", AskedAt: ago(2000), LastAt: ago(2000), WindowUntil: ago(500)},
		{ID: "later", Owner: chat.OwnerQueue, QueuedAt: ago(90), SnoozedUntil: now + rows.Hour},
	}
	b := board(held, now)
	testkit.Diff(t, []int{b.Waiting, b.Unanswered, b.WindowsClosing, b.More}, []int{4, 2, 1, 0})
	if b.OldestWaitSince != ago(60) {
		t.Errorf("the oldest waits for %d minutes", (now-b.OldestWaitSince)/60_000)
	}
	testkit.Diff(t, b.Rows, []Waiting{
		{"closing", WhyWindow, ago(60)},
		{"urgent", WhyQueue, ago(2)},
		{"old", WhyQueue, ago(40)},
		{"new", WhyQueue, ago(1)},
		{"closed", WhyUnanswered, ago(2000)},
		{"asked", WhyUnanswered, ago(3)},
		{"silent", WhySilent, ago(180)},
	})
	var bens []chat.ConversationID
	for _, talk := range b.Talks["ben"] {
		bens = append(bens, talk.ID)
	}
	testkit.Diff(t, bens, []chat.ConversationID{"aside", "fine", "silent"})
	many := make([]rows.Held, boardRows+5)
	for i := range many {
		many[i] = rows.Held{ID: chat.ConversationID(chat.NewID()), Owner: chat.OwnerQueue, QueuedAt: ago(int64(i))}
	}
	if b := board(many, now); len(b.Rows) != boardRows || b.More != 5 || b.Rows[0].Since != ago(int64(len(many)-1)) {
		t.Errorf("%d rows and %d more, first since %d", len(b.Rows), b.More, b.Rows[0].Since)
	}
}
