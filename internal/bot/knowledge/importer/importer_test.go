package importer

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// desk is an importer into a folder of its own that remembers what it said.
type desk struct {
	*Importer
	said []Result
}

func open(t *testing.T) *desk {
	t.Helper()
	d := &desk{}
	d.Importer = &Importer{
		Dir: t.TempDir(), Languages: []string{"en", "fr"}, Default: "en",
		Now:  func() time.Time { return time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC) },
		Tell: func(r Result) { d.said = append(d.said, r) },
		Web:  Web{Client: http.DefaultClient, Pages: 5},
	}
	return d
}

func (d *desk) takes(t *testing.T, name, content string) Result {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	d.Import(t.Context(), file)
	return d.said[len(d.said)-1]
}

func (d *desk) file(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(d.Dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const page = `<!doctype html><html lang="fr-FR"><head><meta charset="utf-8"><title>Entretien | Boutique</title><style>p{}</style></head><body>
<header><nav><a href="/">Accueil</a></nav></header>
<main><header><h1>Entretien des lampes</h1></header>
<script>alert("no")</script>
<h2>Nettoyage</h2><p>Un chiffon <b>sec</b> suffit. <a href="/huile">L'huile</a> est à 12,50&nbsp;€.</p><ul><li>pas d'eau</li><li>pas d'alcool</li></ul>
<table><tr><th>Bois</th><th>Huile</th></tr><tr><td>Chêne</td><td>1 fois par an</td></tr></table>
<aside>Inscrivez-vous !</aside><div hidden>caché</div></main><footer>© Boutique</footer></body></html>`

func TestImport_keepsWhatAPageIsAbout(t *testing.T) {
	t.Parallel()
	d := open(t)
	r := d.takes(t, "Entretien_lampes.html", page)
	if r.Err != nil || r.Outcome != Written || r.File != "documents/fr/entretien-lampes.md" || r.Passages != 1 {
		t.Fatalf("%+v", r)
	}
	got := d.file(t, r.File)
	for _, want := range []string{"title: Entretien des lampes", "## Nettoyage", "sec", "12,50", "- pas d'alcool", "Chêne", "1 fois par an", "<!-- imported from ", "2026-11-23"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	for _, not := range []string{"Accueil", "alert", "Inscrivez", "caché", "©", "p{}"} {
		if strings.Contains(got, not) {
			t.Errorf("%q in %s", not, got)
		}
	}
}

func TestImport_overwritesOnlyWhenTold(t *testing.T) {
	t.Parallel()
	d := open(t)
	const first, second = "# Care\n\n## Oil\nOnce a year, says {{shop}}.\n", "# Care\n\n## Oil\nTwice a year.\n"
	if r := d.takes(t, "care.md", first); r.Outcome != Written || r.File != "documents/en/care.md" {
		t.Fatalf("%+v", r)
	}
	d.Now = func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }
	if r := d.takes(t, "care.md", first); r.Outcome != Unchanged {
		t.Errorf("the same again: %+v", r)
	}
	if r := d.takes(t, "care.md", second); r.Outcome != Kept || !strings.Contains(d.file(t, r.File), "Once a year, says { {shop} }.") {
		t.Errorf("another text: %+v", r)
	}
	d.Replace = true
	if r := d.takes(t, "care.md", second); r.Outcome != Written || !strings.Contains(d.file(t, r.File), "Twice") {
		t.Errorf("replaced: %+v", r)
	}
	if left, err := fs.Glob(os.DirFS(d.Dir), "documents/en/.*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// aPDF is a file of one page with two lines of text, or none.
func aPDF(lines ...string) string {
	var stream strings.Builder
	for i, l := range lines {
		fmt.Fprintf(&stream, "BT /F1 12 Tf 72 %d Td (%s) Tj ET\n", 720-14*i, l)
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", stream.Len(), stream.String()),
		"<< /Title (Care of lamps) >>",
	}
	var b strings.Builder
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.String()
}

func TestImport_readsTheTextOfAPDF(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.Language = "en"
	r := d.takes(t, "care.pdf", aPDF("Lamps are cleaned with a dry cloth.", "Oil the wood once a year."))
	if r.Err != nil || r.Outcome != Written {
		t.Fatalf("%+v", r)
	}
	got := d.file(t, r.File)
	if !strings.Contains(got, "title: Care of lamps") || !strings.Contains(got, "Lamps are cleaned with a dry cloth.") || !strings.Contains(got, "Oil the wood once a year.") {
		t.Errorf("read %s", got)
	}
}

func TestImport_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct{ content, want string }{
		"scan.pdf":     {aPDF(), "only pictures"},
		"broken.pdf":   {"%PDF-1.4\nnothing", "PDF"},
		"cut.pdf":      {aPDF("text")[:300], "PDF"},
		"empty.html":   {"<html><body><nav>Home</nav></body></html>", "no text"},
		"polish.html":  {`<html lang="pl"><body><h1>A</h1><p>Tak.</p></body></html>`, "--lang"},
		"sheet.xlsx":   {"PK", "none of HTML, PDF and Markdown"},
		"nothing.md":   {"", "no text"},
		"&&&.markdown": {"# A\nB.", "no letter"},
	} {
		d := open(t)
		if r := d.takes(t, name, k.content); r.Outcome != Failed || r.Err == nil || !strings.Contains(r.Err.Error(), k.want) {
			t.Errorf("%s: %+v, want %q", name, r, k.want)
		}
		if _, err := os.Stat(filepath.Join(d.Dir, "documents")); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
}

// site serves a small shop; {host} in its pages is its own address.
func site(t *testing.T, pages map[string]string) *httptest.Server {
	t.Helper()
	var server *httptest.Server
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := pages[r.URL.RequestURI()]
		body = strings.ReplaceAll(body, "{host}", server.URL)
		switch to, sent := strings.CutPrefix(body, "-> "); {
		case !ok:
			http.NotFound(w, r)
		case body == "503":
			w.WriteHeader(http.StatusServiceUnavailable)
		case sent:
			http.Redirect(w, r, to, http.StatusFound)
		case strings.HasSuffix(r.URL.Path, ".gz"):
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, _ = z.Write([]byte(body))
			_ = z.Close()
			_, _ = w.Write(packed.Bytes())
		default:
			_, _ = w.Write([]byte(body))
		}
	}))
	t.Cleanup(server.Close)
	return server
}

func about(what string) string {
	return "<html lang=en><body><main><h1>" + what + "</h1><p>All about " + what + ".</p></main></body></html>"
}

func TestImportSitemap_takesThePagesOfTheHost(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]string{
		"/robots.txt":      "User-agent: *\nDisallow: /private\n",
		"/sitemap.xml":     `<sitemapindex><sitemap><loc>{host}/help.xml.gz</loc></sitemap><sitemap><loc>{host}/sitemap.xml</loc></sitemap><sitemap><loc>https://elsewhere.example/s.xml</loc></sitemap></sitemapindex>`,
		"/help.xml.gz":     `<urlset><url><loc> {host}/help/lamps </loc></url><url><loc>{host}/help/sofas.html#top</loc></url><url><loc>{host}/private/x</loc></url><url><loc>{host}/gone</loc></url><url><loc>https://elsewhere.example/p</loc></url><url><loc>{host}/moved</loc></url></urlset>`,
		"/help/lamps":      about("Lamps"),
		"/help/sofas.html": about("Sofas"),
		"/private/x":       about("Secrets"),
		"/moved":           "-> https://elsewhere.example/p",
	})
	d := open(t)
	if err := d.ImportSitemap(t.Context(), s.URL+"/sitemap.xml"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range d.said {
		line := strings.TrimPrefix(r.Source, s.URL) + " " + string(r.Outcome) + " " + r.File
		if r.Err != nil {
			line += r.Err.Error()
		}
		got = append(got, line)
	}
	want := []string{
		"/help/lamps written documents/en/help-lamps.md",
		"/help/sofas.html written documents/en/help-sofas.md",
		"/private/x failed robots.txt asks not to fetch it",
		"/gone failed the server answers 404 Not Found",
		"/moved failed it sends on to another host, elsewhere.example; name that address if you mean it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if text := d.file(t, "documents/en/help-lamps.md"); strings.Contains(text, "link:") {
		t.Errorf("a link that is not https was kept: %s", text)
	}
}

func TestImportSitemap_refusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	many := "<urlset>" + strings.Repeat("<url><loc>{host}/%d</loc></url>", 6) + "</urlset>"
	many = fmt.Sprintf(many, 1, 2, 3, 4, 5, 6)
	for want, pages := range map[string]map[string]string{
		"--max-pages": {"/sitemap.xml": many},
		"no page of":  {"/sitemap.xml": "<urlset></urlset>"},
		"is not XML":  {"/sitemap.xml": "<urlset"},
		"404":         {},
	} {
		s := site(t, pages)
		d := open(t)
		if err := d.ImportSitemap(t.Context(), s.URL+"/sitemap.xml"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	s := site(t, map[string]string{"/robots.txt": "503", "/sitemap.xml": "<urlset><url><loc>{host}/a</loc></url></urlset>", "/a": about("A")})
	d := open(t)
	if err := d.ImportSitemap(t.Context(), s.URL+"/sitemap.xml"); err != nil || len(d.said) != 1 || d.said[0].Outcome != Failed {
		t.Errorf("while robots.txt fails: %v %+v", err, d.said)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.ImportSitemap(ctx, s.URL+"/sitemap.xml"); err == nil {
		t.Error("an ended context was ignored")
	}
}
