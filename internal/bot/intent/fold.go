package intent

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold reduces a text to what matters for comparing: lower case, no accents, only
// letters and digits, every run of digits as "0", words separated by one space.
func Fold(text string) string {
	return string(fold(nil, text))
}

// fold appends the folded text to dst. Chat messages are mostly ASCII, so the Unicode
// normaliser runs only when a rune asks for it.
func fold(dst []byte, text string) []byte {
	start := len(dst)
	f := folder{dst: dst, start: start, gap: true}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			f.ascii(c)
			i++
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		f.wide(text[i : i+n])
		i += n
	}
	if end := len(f.dst); end > start && f.dst[end-1] == ' ' {
		f.dst = f.dst[:end-1]
	}
	return f.dst
}

type folder struct {
	dst   []byte
	start int
	gap   bool // the last byte written is a separator, or nothing is written yet
}

func (f *folder) ascii(c byte) {
	switch {
	case c >= 'A' && c <= 'Z':
		f.dst, f.gap = append(f.dst, c+('a'-'A')), false
	case c >= 'a' && c <= 'z':
		f.dst, f.gap = append(f.dst, c), false
	case c >= '0' && c <= '9':
		f.digit()
	default:
		f.space()
	}
}

func (f *folder) digit() {
	if !f.gap && len(f.dst) > f.start && f.dst[len(f.dst)-1] == '0' {
		return
	}
	f.dst, f.gap = append(f.dst, '0'), false
}

func (f *folder) space() {
	if !f.gap {
		f.dst, f.gap = append(f.dst, ' '), true
	}
}

func (f *folder) wide(raw string) {
	var buf [32]byte
	for _, d := range string(norm.NFKD.AppendString(buf[:0], raw)) {
		switch d = unicode.ToLower(d); {
		case d < utf8.RuneSelf:
			f.ascii(byte(d))
		case ligatures[d] != "":
			f.dst, f.gap = append(f.dst, ligatures[d]...), false
		case unicode.Is(unicode.Mn, d), d == '\u200d', d == '\ufe0f':
			// A combining mark, or a joiner inside a word or an emoji: no letter of its own.
		case unicode.IsDigit(d):
			f.digit()
		case unicode.IsLetter(d):
			f.dst, f.gap = utf8.AppendRune(f.dst, d), false
		default:
			f.space()
		}
	}
}

// ligatures are letters that Unicode does not take apart, as people type them without.
var ligatures = map[rune]string{'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'ł': "l"}

// words splits folded text into dst and writes out chat abbreviations of the language.
func words(dst []string, folded, language string) []string {
	short := abbreviations[language]
	for folded != "" {
		word, rest, _ := strings.Cut(folded, " ")
		folded = rest
		if long, ok := short[word]; ok {
			dst = append(dst, long...)
			continue
		}
		dst = append(dst, word)
	}
	return dst
}

// abbreviations hold folded chat spellings and what they stand for.
var abbreviations = map[string]map[string][]string{
	"en": expand(`
		pls=please plz=please plse=please pleas=please thx=thanks thnx=thanks tks=thanks ty=thank,you tysm=thank,you,so,much
		u=you ur=your r=are y=why k=ok okay=ok okey=ok msg=message msgs=messages txt=text pic=picture pics=pictures
		acct=account acc=account pwd=password pw=password addr=address qty=quantity amt=amount no=no
		cust=customer cs=customer,service rep=representative reps=representatives asap=asap wanna=want,to gonna=going,to
		gotta=got,to gimme=give,me lemme=let,me dunno=don,t,know cant=can,t dont=don,t didnt=didn,t doesnt=doesn,t
		isnt=isn,t wasnt=wasn,t wont=won,t havent=haven,t hasnt=hasn,t im=i,m ive=i,ve id=id whats=what,s wheres=where,s
		hows=how,s thats=that,s tmrw=tomorrow tmr=tomorrow tomo=tomorrow wknd=weekend hrs=hours mins=minutes
		deliv=delivery ord=order info=information infos=information ppl=people sb=somebody b4=before gd=good`),
	"fr": expand(`
		svp=s,il,vous,plait stp=s,il,te,plait mrc=merci mci=merci bjr=bonjour bsr=bonsoir slt=salut cc=coucou
		cmd=commande cmde=commande comm=commande mdp=mot,de,passe rdv=rendez,vous tel=telephone num=numero pb=probleme pbm=probleme
		pblm=probleme qd=quand qqn=quelqu,un qlq=quelque qq=quelque qqch=quelque,chose pk=pourquoi pq=pourquoi pr=pour ds=dans
		tt=tout ts=tous bcp=beaucoup tjs=toujours tjrs=toujours jms=jamais vs=vous ns=nous c=c est=est g=j,ai jai=j,ai
		jsuis=je,suis chui=je,suis jveux=je,veux jvoudrais=je,voudrais jpeux=je,peux dsl=desole auj=aujourd,hui
		ajd=aujourd,hui adr=adresse rembourst=remboursement livr=livraison colis=colis qte=quantite cb=carte,bancaire
		pcq=parce,que ke=que ki=qui koi=quoi kan=quand pe=peut,etre dispo=disponible infos=informations info=information
		sav=service,client msg=message msgs=messages sms=sms mtn=maintenant nn=non ouais=oui oui=oui ok=ok okay=ok`),
}

func expand(list string) map[string][]string {
	m := make(map[string][]string)
	for _, pair := range strings.Fields(list) {
		short, long, _ := strings.Cut(pair, "=")
		m[short] = strings.Split(long, ",")
	}
	return m
}
