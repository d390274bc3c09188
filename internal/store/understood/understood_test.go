package understood_test

import (
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/understood"
	"parley/internal/testkit"
)

func note(t *testing.T, s *store.Store, files ...understood.File) {
	t.Helper()
	for _, f := range files {
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return understood.Note(t.Context(), tx, "shop", f) }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNote_keepsTheFirstAndTellsPages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		heard := understood.File{
			Message: "m1", Conversation: "c", At: 5, Understood: chat.Understood{Heard: "Where is my parcel?"}, Model: "ear", Millis: 9,
		}
		seen := understood.File{Message: "m1", N: 1, Conversation: "c", At: 5, Understood: chat.Understood{Seen: "A box.", Read: "FRAGILE"}, Model: "eye"}
		failed := understood.File{Message: "m2", Conversation: "c", At: 6, Failure: "timeout", Detail: "late", Model: "ear"}
		again := heard
		again.Heard = "something else"
		note(t, s, seen, heard, failed, again)
		got, err := understood.Of(t.Context(), s, []chat.MessageID{"m2", "m1", "m3"})
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, got, []understood.File{heard, seen, failed})

		waiting := []chat.Message{
			{ID: "m1", Direction: chat.In, Text: "Hello", Media: []string{"a", "b", "c"}}, {ID: "m2", Direction: chat.In, Media: []string{"a"}}, {ID: "m4", Direction: chat.In},
		}
		if err := understood.Fill(t.Context(), s, waiting, nil); err != nil {
			t.Fatal(err)
		}
		if m := waiting[0]; m.Words() != "Hello\nWhere is my parcel?" || m.Shown() != "A box. Written in it: FRAGILE" {
			t.Errorf("the line says %q and shows %q", m.Words(), m.Shown())
		}
		if waiting[1].Understood != nil || waiting[2].Understood != nil {
			t.Errorf("what failed is given as understood: %+v", waiting[1:])
		}

		testkit.Eventually(t, time.Minute, func() bool { // not of the failure nor of the repetition
			changes, err := s.Changes(t.Context(), store.Cursor{}, 10)
			return err == nil && len(changes) == 2 && changes[0].ConversationID == "c" && changes[0].Workspace == "shop"
		})
	})
}
