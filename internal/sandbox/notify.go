package sandbox

import (
	"parley/internal/sandbox/notice"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
)

// bilingual is a detail in the words of both languages; the English one also goes into the log.
type bilingual = whatsapp.Bilingual

// notify tells the user's phone why a message did not arrive, unless a person need not know.
func (s *Server) notify(u *profile.User, outcome string, detail bilingual, doc string) {
	if text := notice.Message(outcome, nameOf(u), detail); text.EN != "" {
		s.tell(u, outcome, text, doc)
	}
}

// tell puts a notice on the user's phone, when there is one.
func (s *Server) tell(u *profile.User, kind string, text bilingual, doc string) {
	if number := s.numberOf(u); number != "" {
		s.net.Notify(number, kind, text, doc)
	}
}

// numberOf is where the user is reached: their number, or the phone behind their business-scoped id.
func (s *Server) numberOf(u *profile.User) string {
	if u.Phone != "" {
		return u.Phone
	}
	return s.net.NumberOf(u.SenderID)
}

func nameOf(u *profile.User) string {
	for _, name := range []any{u.Standard["first_name"], u.Phone, u.ExternalID} {
		if text, _ := name.(string); text != "" {
			return text
		}
	}
	return u.SenderID
}
