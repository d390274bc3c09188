package bot

import (
	"strings"

	"parley/internal/bot/texts"
)

// Where the language of a reply came from.
const (
	fromText         = "text"
	fromConversation = "conversation"
	fromProfile      = "profile"
	fromDefault      = "default"
)

// weakGuess is what a guess at one word needs when nothing else is known.
const weakGuess = 0.6

// chooseLanguage settles the language of the reply. A text that is clearly in a language
// of the base wins; else the language the customer last wrote in, Braze's language, the
// language of the last reply, a weak guess, the base's default.
func (r *run) chooseLanguage() {
	if r.pub == nil {
		r.language, r.trace.LanguageFrom = baseLanguage(r.turn.Contact.Language), fromProfile
		if r.language == "" {
			r.language, r.trace.LanguageFrom = "en", fromDefault
		}
		return
	}
	r.language, r.trace.LanguageFrom = r.pickLanguage()
	r.state.Language = r.language
	r.state.FromText = r.trace.LanguageFrom == fromText ||
		(r.state.FromText && r.trace.LanguageFrom == fromConversation)
}

func (r *run) pickLanguage() (language, from string) {
	guess := r.pub.Detector.Detect(r.text)
	if guess.Clear() && r.pub.Speaks(guess.Language) {
		return guess.Language, fromText
	}
	profile := baseLanguage(r.turn.Contact.Language)
	switch {
	case r.state.FromText && r.pub.Speaks(r.state.Language):
		return r.state.Language, fromConversation
	case r.pub.Speaks(profile):
		return profile, fromProfile
	case r.state.Turns > 0 && r.pub.Speaks(r.state.Language):
		return r.state.Language, fromConversation
	}
	for _, p := range r.parts {
		if p.always && r.pub.Speaks(p.special.Language) {
			return p.special.Language, fromText
		}
	}
	if guess.P >= weakGuess && r.pub.Speaks(guess.Language) {
		return guess.Language, fromText
	}
	if fallback := baseLanguage(r.turn.Language); r.pub.Speaks(fallback) {
		return fallback, fromDefault
	}
	return r.pub.Default, fromDefault
}

// baseLanguage reduces "fr_BE" and "pt-BR" to the language alone.
func baseLanguage(code string) string {
	code = strings.ToLower(strings.TrimSpace(code))
	if i := strings.IndexAny(code, "-_"); i >= 0 {
		code = code[:i]
	}
	return code
}

// foreign answers a text that is clearly in a language the base does not have.
func (r *run) foreign() (Outcome, bool) {
	guess := r.pub.Detector.Detect(r.question)
	if guess.Words < 3 || guess.P < 0.97 || r.pub.Speaks(guess.Language) {
		return Outcome{}, false
	}
	// Product names and quotations look foreign; what the model understands is not.
	if r.pub.Models[r.language].Understand(r.question).P >= r.pub.Clarify {
		return Outcome{}, false
	}
	names := texts.LanguageNames[r.texts.Language]
	var spoken []string
	for _, l := range r.pub.Languages {
		name, ok := names[l]
		if !ok {
			name = l
		}
		spoken = append(spoken, name)
	}
	and := map[string]string{"en": " or ", "fr": " ou en "}[r.texts.Language]
	list := spoken[0]
	for i, name := range spoken[1:] {
		if i == len(spoken)-2 {
			list += and + name
		} else {
			list += ", " + name
		}
	}
	r.trace.Language = r.language
	return r.miss("other_language", "the text is in a language the knowledge base does not have: "+guess.Language,
		strings.Replace(r.texts.OtherLanguage, "%s", list, 1)), true
}
