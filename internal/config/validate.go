package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DemoSecret is the webhook secret of parley demo. It is printed in the documentation, so Validate refuses
// it wherever Braze itself is configured.
const DemoSecret = "demo-webhook-secret"

// MinSecret is the fewest characters of a webhook secret.
const MinSecret = 16

var (
	idPattern       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)
	uuidPattern     = regexp.MustCompile(`(?i)^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)
	propertyPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	hostPattern     = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+)(:[0-9]{1,5})?$`)
	placePattern    = regexp.MustCompile(`\{\{([^{}|]*)(\|[^{}]*)?\}\}`)
	restHost        = regexp.MustCompile(`^rest\.[a-z]+-\d+\.braze\.(com|eu)$`)
	oldDashboard    = regexp.MustCompile(`^dashboard-(\d+)\.braze\.(com|eu)$`)
	newDashboard    = regexp.MustCompile(`^(?:dashboard|sdk|app)\.([a-z]+-\d+)\.braze\.(com|eu)$`)
)

// checker gathers problems.
type checker struct{ problems Problems }

func (c *checker) add(key, what, fix string) {
	c.problems = append(c.problems, Problem{Key: key, What: what, Fix: fix})
}

// within checks a number of any kind against inclusive limits.
func within[T int | int64 | time.Duration](c *checker, key string, got, low, high T) {
	if got < low || got > high {
		c.add(key, show(got)+" is out of range", "set "+show(low)+" to "+show(high))
	}
}

// show prints a number, and a length of time as people write it: 1m, not 1m0s.
func show[T int | int64 | time.Duration](n T) string {
	text := fmt.Sprint(n)
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func (c *checker) oneOf(key, got string, allowed ...string) {
	if !slices.Contains(allowed, got) {
		c.add(key, fmt.Sprintf("%q is not one of its values", got), "set "+strings.Join(allowed[:len(allowed)-1], ", ")+" or "+allowed[len(allowed)-1])
	}
}

func (c *checker) language(key, got string) {
	if !languagePattern.MatchString(got) {
		c.add(key, fmt.Sprintf("%q is not a language", got), "write a code such as en, fr or pt-BR")
	}
}

// Validate checks everything that can be known without opening anything. Its error is of type Problems and
// names all that is wrong, not only the first.
func (c Config) Validate() error {
	k := &checker{}
	k.address("listen", c.Listen)
	k.address("ops_listen", c.OpsListen)
	if c.Listen == c.OpsListen && !strings.HasSuffix(c.Listen, ":0") {
		k.add("ops_listen", "is the same address as listen", "choose another port, such as 9090")
	}
	k.publicURL(c.PublicURL)
	k.database(c.Database)
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "auto", "text", "json")
	within(k, "limits.body_bytes", c.Limits.BodyBytes, 1<<10, 16<<20)
	within(k, "limits.media_bytes", c.Limits.MediaBytes, 1<<10, 256<<20)
	within(k, "limits.stop_seconds", c.Limits.StopSeconds, 1, 300)
	const year = 10 * 365 * 24 * time.Hour
	within(k, "retention.exchanges", c.Retention.Exchanges, time.Hour, year)
	within(k, "retention.events", c.Retention.Events, time.Hour, year)
	within(k, "retention.drops", c.Retention.Drops, time.Hour, year)
	within(k, "retention.audit", c.Retention.Audit, time.Hour, year)

	const day = 24 * 60
	within(k, "desk.agent_silent_minutes", c.Desk.AgentSilentMinutes, 0, 7*day)
	within(k, "desk.reassure_minutes", c.Desk.ReassureMinutes, 0, day)
	within(k, "desk.away_minutes", c.Desk.AwayMinutes, 1, day)
	within(k, "desk.capacity", c.Desk.Capacity, 0, 100)
	for i, host := range c.Desk.MediaHostsAllowPrivate {
		if !hostPattern.MatchString(host) {
			k.add(itemKey("desk.media_hosts_allow_private", i), fmt.Sprintf("%q is not a host", host), "write a name or an address alone, or with a port, such as 127.0.0.1:8081")
		}
	}

	k.workspaces(c.Workspaces)
	return k.problems.err()
}

// workspaces checks every workspace and that the ids of routes, which are addresses, are unique over all.
func (c *checker) workspaces(all []Workspace) {
	ids, owner, token := entryIDs(reflect.ValueOf(all)), map[string]string{}, map[Secret]string{}
	for i, w := range all {
		key := entryKey("workspaces", i, ids)
		c.id(key+".id", w.ID)
		if w.ID != "" && slices.Contains(ids[:i], w.ID) {
			c.add(key+".id", fmt.Sprintf("%q is used twice", w.ID), "give every workspace an id of its own")
		}
		c.workspace(key, w)
		c.currents(key+".currents", w, token)
		routes := entryIDs(reflect.ValueOf(w.Routes))
		for j, r := range w.Routes {
			rkey := entryKey(key+".routes", j, routes)
			if other, taken := owner[r.ID]; taken && r.ID != "" {
				c.add(rkey+".id", fmt.Sprintf("%q is already a route of workspace %s", r.ID, other), "route ids are part of the address; give every route an id of its own")
			}
			owner[r.ID] = w.ID
			c.route(rkey, r, isLoopback(w.Braze.Endpoint))
			if r.Flow != "" && w.Flows == "" {
				c.add(rkey+".flow", fmt.Sprintf("begins %q, and the workspace has no flows", r.Flow), "name the folder of its flows as flows, or write flows: builtin")
			}
			c.model(rkey+".model", r.Model, w.Turn.Timeout)
			c.brain(rkey+".brain", r, w.Turn.Timeout)
		}
	}
}

func (c *checker) address(key, address string) {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		c.add(key, fmt.Sprintf("%q is not an address to listen on", address), "write HOST:PORT, such as 127.0.0.1:8080 or 0.0.0.0:8080")
	}
}

func (c *checker) publicURL(text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "":
		c.add("public_url", fmt.Sprintf("%q is not a web address", text), "write one such as https://parley.example.com")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		c.add("public_url", "has more than a scheme and a host", "Parley must have a host of its own; write "+u.Scheme+"://"+u.Host)
	}
}

func (c *checker) database(d DSN) {
	const fix = "write sqlite:./data/parley.db or postgres://USER:PASSWORD@HOST/NAME"
	path, isSQLite := strings.CutPrefix(string(d), "sqlite:")
	switch {
	case d.IsPostgres():
		if u, err := url.Parse(string(d)); err != nil {
			c.add("database", "is not a valid postgres:// URL", "escape special characters of the password, such as @ as %40")
		} else if strings.Trim(u.Path, "/") == "" && !u.Query().Has("dbname") {
			c.add("database", "names no database on the server", "add its name: postgres://USER:PASSWORD@HOST/NAME")
		}
	case !isSQLite:
		c.add("database", "is neither a SQLite file nor a PostgreSQL server", fix)
	case path == "":
		c.add("database", "names no file", fix)
	case strings.Contains(path, ":memory:"):
		c.add("database", "would be lost at the end of the process", "name a file: sqlite:./data/parley.db")
	}
}

func (c *checker) id(key, id string) {
	switch {
	case id == "":
		c.add(key, "is missing", "give a short name such as shop")
	case !idPattern.MatchString(id) || len(id) > 40:
		c.add(key, fmt.Sprintf("%q is not a short name", id), "use at most 40 of a-z and 0-9, with single hyphens between, such as shop-fr")
	}
}

func (c *checker) workspace(key string, w Workspace) {
	c.language(key+".language", w.Language)
	c.endpoint(key+".braze.endpoint", w.Braze.Endpoint)
	c.apiKey(key+".braze.api_key", w.Braze.APIKey)
	within(c, key+".braze.timeout", w.Braze.Timeout, time.Second, 2*time.Minute)
	within(c, key+".braze.calls_in_flight", w.Braze.CallsInFlight, 1, 64)
	switch {
	case w.SubscriptionGroup != "" && !uuidPattern.MatchString(w.SubscriptionGroup):
		c.add(key+".subscription_group", fmt.Sprintf("%q is not a subscription group id", w.SubscriptionGroup), "copy the id from Audience > Subscription Groups; it looks like 7d1f0f2e-6e0f-4a53-9d2b-3c1f7a0f4b11")
	case w.SubscriptionGroup == "" && w.SubscribeNewSenders:
		c.add(key+".subscription_group", "is missing although subscribe_new_senders is on", "set the WhatsApp subscription group's id, or subscribe_new_senders: false")
	}
	if len(w.Routes) == 0 {
		c.add(key+".routes", "is empty, so nothing can arrive", "add a route with an id and a secret for your Braze webhook campaign")
	}
	c.layouts(key+".layouts", w)
	c.turn(key+".turn", w.Turn)
	c.delivery(key+".delivery", w.Delivery, w.Braze.Timeout)
	c.window(key, w)
	c.people(key, w)
	c.profile(key+".profile", w.Profile)
	c.model(key+".model", w.Model, w.Turn.Timeout)
	const week = 7 * 24 * time.Hour
	within(c, key+".dedupe.with_dispatch", w.Dedupe.WithDispatch, 0, week)
	within(c, key+".dedupe.without_dispatch", w.Dedupe.WithoutDispatch, 0, week)
	within(c, key+".dedupe.brief", w.Dedupe.Brief, 0, week)
}

// people checks what hands over to people and what is asked of customers afterwards.
func (c *checker) people(key string, w Workspace) {
	for i, id := range w.Handoff.Routes {
		if !slices.ContainsFunc(w.Routes, func(r Route) bool { return r.ID == id }) {
			c.add(itemKey(key+".handoff.routes", i), fmt.Sprintf("%q is not a route of this workspace", id), "write the id of one of its routes")
		}
	}
	for i, rule := range w.Handoff.Attributes {
		if name, _, _ := strings.Cut(rule, "="); strings.TrimSpace(name) == "" {
			c.add(itemKey(key+".handoff.attributes", i), fmt.Sprintf("%q names no attribute", rule), "write name=value, such as tier=gold")
		}
	}
	within(c, key+".handoff.amount_above", w.Handoff.AmountAbove, 0, 1_000_000_000)
	within(c, key+".csat.delay", w.CSAT.Delay, 0, 12*time.Hour)
	within(c, key+".csat.every_days", w.CSAT.EveryDays, 1, 365)
}

// endpoint accepts the REST hosts of Braze's instances ("API overview", docs.braze.com/api/basics) over https
// and anything on this machine.
func (c *checker) endpoint(key, text string) {
	const fix = "copy the REST endpoint of your instance, such as https://rest.iad-01.braze.com"
	u, err := url.Parse(text)
	switch {
	case text == "":
		c.add(key, "is missing", fix)
		return
	case err != nil || u.Host == "":
		c.add(key, fmt.Sprintf("%q is not a web address", text), fix)
		return
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		c.add(key, "has more than a scheme and a host", "write "+u.Scheme+"://"+u.Host)
	case isLoopback(text) && (u.Scheme == "http" || u.Scheme == "https"):
	case oldDashboard.MatchString(host) || newDashboard.MatchString(host):
		c.add(key, fmt.Sprintf("%q is not the REST endpoint but another host of the instance", host), "set https://"+restHostOf(host))
	case !restHost.MatchString(host) || u.Port() != "":
		c.add(key, fmt.Sprintf("%q is not a REST endpoint of Braze", u.Host), fix+"; http://localhost is for a sandbox on this machine")
	case u.Scheme != "https":
		c.add(key, "would send the API key unencrypted", "set https://"+host)
	}
}

// restHostOf names the REST host of the instance that a dashboard or SDK host belongs to: dashboard-01.braze.com
// is rest.iad-01.braze.com and dashboard-01.braze.eu is rest.fra-01.braze.eu.
func restHostOf(host string) string {
	if m := oldDashboard.FindStringSubmatch(host); m != nil {
		region := map[string]string{"com": "iad", "eu": "fra"}[m[2]]
		return "rest." + region + "-" + m[1] + ".braze." + m[2]
	}
	m := newDashboard.FindStringSubmatch(host)
	return "rest." + m[1] + ".braze." + m[2]
}

// isLoopback reports whether a web address can only be on this machine.
func isLoopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || (err == nil && addr.IsLoopback())
}

func (c *checker) apiKey(key string, s Secret) {
	switch {
	case s == "":
		c.add(key, "is missing", "set it in the environment or in the file that …_API_KEY_FILE names; make one under Settings > APIs and Identifiers")
	case strings.ContainsAny(s.Reveal(), " \t\r\n"):
		c.add(key, "holds white space", "copy the key again, alone and in one piece")
	}
}

func (c *checker) route(key string, r Route, sandbox bool) {
	c.id(key+".id", r.ID)
	if len(r.Secrets) == 0 {
		c.add(key+".secrets", "is empty, so anybody could pretend to be a customer", "add a secret made with: openssl rand -hex 32")
	}
	c.secrets(key+".secrets", r.Secrets, sandbox)
	if r.Language != "" {
		c.language(key+".language", r.Language)
	}
	if len([]rune(r.Match)) > 200 {
		c.add(key+".match", "is longer than 200 characters", "shorten the description; Parley does not read it")
	}
	if len(r.Since) > len(r.Secrets) {
		c.add(key+".since", fmt.Sprintf("names %d days for %d secrets", len(r.Since), len(r.Secrets)), "name at most one day for each secret, in their order")
	}
	for i, day := range r.Since {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			c.add(itemKey(key+".since", i), fmt.Sprintf("%q is not a day", day), "write it as 2026-11-22")
		}
	}
	if n := len(r.SigningKey.Reveal()); n > 0 && n < MinSecret {
		c.add(key+".signing_key", fmt.Sprintf("has %d characters, fewer than %d", n, MinSecret), "make one with: openssl rand -hex 32")
	}
}

func (c *checker) secrets(key string, secrets []Secret, sandbox bool) {
	for i, s := range secrets {
		skey := itemKey(key, i)
		switch {
		case len(s) < MinSecret:
			c.add(skey, fmt.Sprintf("has %d characters", len(s)), fmt.Sprintf("use at least %d, made with: openssl rand -hex 32", MinSecret))
		case strings.ContainsAny(s.Reveal(), " \t\r\n"):
			c.add(skey, "holds white space, which a header loses", "make one with: openssl rand -hex 32")
		case slices.Contains(secrets[:i], s):
			c.add(skey, "is written twice", "keep one of the two")
		case s == DemoSecret && !sandbox:
			c.add(skey, "is the secret of parley demo, which everybody knows", "make your own with: openssl rand -hex 32")
		}
	}
}

// currents checks a connector. All connectors post to one address, so their tokens tell
// whose they are.
func (c *checker) currents(key string, w Workspace, owner map[Secret]string) {
	c.secrets(key+".secrets", w.Currents.Secrets, isLoopback(w.Braze.Endpoint))
	within(c, key+".grace", w.Currents.Grace, time.Second, time.Hour)
	for i, s := range w.Currents.Secrets {
		if other, taken := owner[s]; taken && other != w.ID {
			c.add(itemKey(key+".secrets", i), "is already a secret of workspace "+other, "give every connector a token of its own; it says which workspace posts")
		}
		owner[s] = w.ID
	}
}

func (c *checker) template(key string, l Layouts) {
	t := l.Template
	if !t.Configured() {
		return
	}
	c.campaign(key+".campaign_id", t.CampaignID)
	if strings.TrimSpace(t.Text) == "" {
		c.add(key+".text", "is missing", "write what the template says, so that agents know what they send")
	}
	for i, p := range t.Properties {
		c.property(itemKey(key+".properties", i), p)
	}
	named := map[string]bool{}
	for _, place := range placePattern.FindAllStringSubmatch(t.Text, -1) {
		name := strings.TrimSpace(place[1])
		named[name] = true
		if name != "customer.name" && !slices.Contains(t.Properties, name) {
			c.add(key+".text", fmt.Sprintf("{{%s}} is neither customer.name nor one of the properties", name), "name it in properties, or take it out")
		}
	}
	for i, p := range t.Properties {
		if !named[p] {
			c.add(itemKey(key+".properties", i), fmt.Sprintf("%q does not stand in the text", p), "write {{"+p+"}} into text where the template prints it")
		}
	}
}

// tiers are the messaging limits there are or were (Meta, "Messaging limits"; Braze docs, "WhatsApp FAQ").
var tiers = []int{0, 250, 1000, 2000, 10_000, 100_000}

func (c *checker) window(key string, w Workspace) {
	within(c, key+".window.answer_max_age", w.Window.AnswerMaxAge, time.Hour, 30*24*time.Hour)
	if !slices.Contains(tiers, w.Window.MessagingLimit) {
		c.add(key+".window.messaging_limit", fmt.Sprintf("%d is not a messaging limit", w.Window.MessagingLimit), "use 250, 1000, 2000, 10000 or 100000 as WhatsApp Manager shows it, or 0 for unlimited")
	}
	if w.Consent.ByWord && w.SubscriptionGroup == "" {
		c.add(key+".subscription_group", "is missing although consent.by_word is on", "set the WhatsApp subscription group's id, or consent.by_word: false")
	}
	n := w.Layouts.Notice
	if !n.Configured() {
		return
	}
	if strings.TrimSpace(n.Text) == "" {
		c.add(key+".layouts.notice.text", "is missing", "write what the template says, so that agents know what was sent")
	}
	for _, place := range placePattern.FindAllStringSubmatch(n.Text, -1) {
		if name, _, _ := strings.Cut(place[1], "|"); strings.TrimSpace(name) != "customer.name" {
			c.add(key+".layouts.notice.text", fmt.Sprintf("{{%s}} is not customer.name", strings.TrimSpace(name)), "take it out; nobody fills this template in")
		}
	}
}

func (c *checker) campaign(key, id string) {
	switch {
	case id == "":
		c.add(key, "is missing", "copy the campaign id from the API-triggered campaign's page in Braze")
	case !uuidPattern.MatchString(id):
		c.add(key, fmt.Sprintf("%q is not a campaign id", id), "copy the campaign id, not the name or the address; it looks like 00000000-0000-4000-8000-000000000002")
	}
}

func (c *checker) property(key, name string) {
	if !propertyPattern.MatchString(name) {
		c.add(key, fmt.Sprintf("%q is not the name of a trigger property", name), "write the name alone, without ${}: letters, digits and underscores, not starting with a digit")
	}
}

func (c *checker) turn(key string, t Turn) {
	within(c, key+".settle", t.Settle, 0, 30*time.Second)
	if t.SettleMax < t.Settle || t.SettleMax > time.Minute {
		c.add(key+".settle_max", show(t.SettleMax)+" is out of range", "set "+show(t.Settle)+" (settle) to 1m")
	}
	within(c, key+".lease", t.Lease, 5*time.Second, 10*time.Minute)
	within(c, key+".timeout", t.Timeout, t.Lease, 30*time.Minute)
	within(c, key+".attempts", t.Attempts, 1, 20)
	within(c, key+".messages_per_minute", t.PerMinute, 0, 1000)
	within(c, key+".workers", t.Workers, 1, 1024)
}

func (c *checker) delivery(key string, d Delivery, timeout time.Duration) {
	within(c, key+".pair_interval", d.PairInterval, 0, time.Minute)
	within(c, key+".pair_burst", d.PairBurst, 1, 100)
	within(c, key+".batch", d.Batch, 1, 50)
	c.oneOf(key+".ambiguous", d.Ambiguous, AmbiguousResend, AmbiguousHold)
	within(c, key+".max_age", d.MaxAge, time.Minute, 24*time.Hour)
	within(c, key+".lease", d.Lease, 5*time.Second, 10*time.Minute)
	if d.Lease <= timeout {
		c.add(key+".lease", fmt.Sprintf("%s is not longer than braze.timeout (%s), so a slow call would be sent twice", show(d.Lease), show(timeout)), "set at least "+show(timeout+5*time.Second))
	}
}
