package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"parley/internal/app"
	"parley/internal/auth"
	"parley/internal/bot/knowledge"
	"parley/internal/config"
	"parley/internal/demo"
	"parley/internal/obs"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/web"
)

type demoCmd struct {
	Data          string `default:"./data" type:"path" help:"Folder for the database, the phones and the knowledge base; a second run goes on with them."`
	Listen        string `default:"127.0.0.1:8080" help:"Address of the gateway and the desk."`
	SandboxListen string `default:"127.0.0.1:8081" help:"Address of the pretend Braze and the phones."`
	OpsListen     string `default:"127.0.0.1:9090" help:"Address of health and metrics."`
	Database      string `help:"sqlite:PATH or postgres://…; default is SQLite under --data."`
	Fast          bool   `help:"Answer at once and without pacing, and take the limits off the sandbox, for measuring."`
	NoBrowser     bool   `help:"Do not open the pages in a browser."`
	NoStory       bool   `help:"Do not play the story on a first run."`
	URLsFile      string `name:"urls-file" type:"path" help:"Write the addresses to this file as JSON when ready."`
	Model         string `help:"Name of a language model that the bot may ask; docs/models.md says when."`
	ModelProvider string `default:"openai" enum:"openai,anthropic" help:"How to speak to it: openai (also for everything compatible, such as Ollama) or anthropic."`
	ModelURL      string `name:"model-url" help:"Its address, such as http://localhost:11434/v1; the vendor's own when left out."`
	ModelKeyFile  string `type:"path" help:"File with its key, if it needs one."`
	Transcription string `help:"Name of a model at the same address that writes voice messages down (openai only)."`
	Vision        string `help:"Name of a model at the same address that describes pictures."`
	LogLevel      string `default:"warn" enum:"debug,info,warn,error" help:"${enum}."`
}

// The demo's names; they are documented and do not change.
const (
	demoPassword = "parley-demo"
	demoSecret   = "demo-webhook-secret"
)

var demoUsers = []auth.NewUser{
	{Email: "agent@example.com", Name: "Ben Agent", Role: auth.Agent},
	{Email: "agent2@example.com", Name: "Mia Agent", Role: auth.Agent},
	{Email: "supervisor@example.com", Name: "Sol Supervisor", Role: auth.Supervisor},
	{Email: "admin@example.com", Name: "Ada Admin", Role: auth.Admin},
}

// Run shows the whole of Parley on this machine until it is told to stop.
func (c demoCmd) Run() (err error) {
	ctx, stop := untilStopped()
	defer stop()
	log, err := obs.NewLogger(os.Stderr, c.LogLevel, "auto")
	if err != nil {
		return err
	}
	folder := filepath.Join(c.Data, "knowledge")
	if err := seedKnowledge(folder); err != nil {
		return err
	}
	clock, err := demo.OpenClock(filepath.Join(c.Data, "clock"))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.SandboxListen)
	if err != nil {
		return fmt.Errorf("--sandbox-listen: %w; choose another address or stop what uses it", err)
	}
	key, err := c.modelKey()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	orders, err := demo.StartShop(filepath.Join(c.Data, "tools.yaml"), os.LookupEnv)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, orders.Stop()) }()
	cfg := c.config("http://"+l.Addr().String(), folder, key)
	cfg.Workspaces[0].Tools = orders.Tools
	gateway, err := app.New(ctx, app.Options{Config: cfg, Log: log, Version: version, Desk: web.Desk(), Env: orders.Env, Now: clock.Now, SessionNow: time.Now})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	clock.Moved = gateway.ClockMoved
	desk := "http://" + gateway.Addr().String()
	pretend, err := startSandbox(l, sandbox.Config{Logger: log, GatewayURL: desk, File: filepath.Join(c.Data, "sandbox.json"), Page: web.Phone(), DeskURL: desk, Adjust: c.adjust, Currents: true, ClockMoved: clock.Move})
	if err != nil {
		return errors.Join(err, gateway.Stop(), l.Close())
	}
	defer func() { err = errors.Join(err, pretend.stop()) }()
	first, err := enrollDemoUsers(ctx, gateway)
	if err == nil {
		err = seedTeams(ctx, gateway)
	}
	if err != nil {
		return errors.Join(err, gateway.Stop())
	}
	gateway.Start()
	urls := demoURLs{Desk: desk, Sandbox: "http://" + l.Addr().String(), Ops: "http://" + gateway.OpsAddr().String()}
	if err := c.announce(urls, first); err != nil {
		return errors.Join(err, gateway.Stop())
	}
	if first && !c.NoStory {
		if err := demo.PlayStory(ctx, urls.Sandbox, os.Stdout); err != nil && ctx.Err() == nil {
			log.Warn("the story broke off", obs.Error(err))
		}
	}
	<-ctx.Done()
	return shutdown(gateway, slog.New(slog.DiscardHandler))
}

// adjust takes WhatsApp's and Braze's limits off a sandbox that is used for measuring:
// Parley does not keep to them then, so the sandbox would refuse its replies.
func (c demoCmd) adjust(sw *sandbox.Switches) {
	if c.Fast {
		sw.PairLimit, sw.Throughput, sw.HourlyLimit = "off", 0, 1_000_000_000
	}
}

type demoURLs struct {
	Desk    string `json:"desk"`
	Sandbox string `json:"sandbox"`
	Ops     string `json:"ops"`
}

func (c demoCmd) announce(urls demoURLs, first bool) error {
	fmt.Printf(`
  Parley demo is ready.

    phone: %s   be a customer of a pretend WhatsApp
    desk:  %s   agent@example.com / %s
    ops:   %s   /healthz /readyz /metrics

    data in %s; edit the files in its knowledge folder and the bot follows
    stop with Ctrl-C

`, urls.Sandbox, urls.Desk, demoPassword, urls.Ops, c.Data)
	if c.URLsFile != "" {
		body, err := json.Marshal(urls)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.URLsFile, body, 0o600); err != nil {
			return err
		}
	}
	if !c.NoBrowser {
		openBrowser(urls.Sandbox)
	}
	return nil
}

// openBrowser tries; without a desktop nothing happens.
func openBrowser(url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
	}
	cmd := exec.Command(name, args...)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }() // whether a browser opened is seen, not read
	}
}

// config is the demo's gateway: the settings an operator would write, for the sandbox's seed data.
func (c demoCmd) config(endpoint, folder string, key config.Secret) config.Config {
	cfg := config.Default()
	cfg.Listen, cfg.OpsListen = c.Listen, c.OpsListen
	cfg.Database = config.DSN("sqlite:" + filepath.Join(c.Data, "parley.db"))
	if c.Database != "" {
		cfg.Database = config.DSN(c.Database)
	}
	cfg.Hooks.AllowPrivate = true // receivers on this machine, to try them
	cfg.Desk.MediaHostsAllowPrivate = ownHosts(endpoint)
	w := config.NewWorkspace("demo")
	w.Name = "Parley Shop"
	w.Braze.Endpoint, w.Braze.APIKey = endpoint, sandbox.SeedKey
	w.SubscriptionGroup, w.SubscribeNewSenders = sandbox.SeedGroup, true
	w.Profile.Templates = []string{"support", "topics", "satisfaction", "events"}
	w.Profile.Attributes = []string{"parley_return_reason=fact.return_reason"}
	w.Routes = []config.Route{config.NewRoute("support", demoSecret), config.NewRoute("returns", demoSecret)}
	w.Routes[1].Specific, w.Routes[1].Match, w.Routes[1].Team = true, "Matches regex (?i)^(return|retour)s?$", "Returns"
	w.Routes[1].Flow = "return_item"
	w.Layouts.Text.CampaignID = sandbox.SeedReply
	w.Layouts.QuickReply.CampaignID = sandbox.SeedQuickReply
	w.Layouts.List.CampaignID, w.Layouts.CTA.CampaignID = sandbox.SeedList, sandbox.SeedCTA
	w.Layouts.Image.CampaignID, w.Layouts.Image.URL = sandbox.SeedImage, "image_uri"
	w.Layouts.Document.CampaignID, w.Layouts.Video.CampaignID, w.Layouts.Audio.CampaignID = sandbox.SeedDocument, sandbox.SeedVideo, sandbox.SeedAudio
	w.Layouts.Flow.CampaignID, w.Layouts.Template.CampaignID = sandbox.SeedFlow, sandbox.SeedTemplate
	w.Layouts.Template.Text = "Hello {{customer.name|there}}, we have an answer to your question: {{external_system_msg_body}} Reply to this message to go on."
	w.Consent.ByWord = true
	w.Window.Hold, w.Window.MessagingLimit = true, 250
	w.Layouts.Notice.CampaignID = sandbox.SeedNotice
	w.Layouts.Notice.Text = "Hello {{customer.name|there}}, we have an answer for you. Reply to this message to read it."
	w.Knowledge, w.Flows = folder, config.BuiltinFlows
	w.Currents.Secrets = []config.Secret{demoSecret}
	w.CSAT.Enabled, w.CSAT.Delay = true, 10*time.Second
	if c.Fast {
		w.Turn.Settle, w.Turn.SettleMax, w.Turn.PerMinute, w.Delivery.PairInterval = 0, 0, 0, 0
	}
	if c.Model != "" {
		w.Model.Provider, w.Model.Name, w.Model.BaseURL, w.Model.APIKey = c.ModelProvider, c.Model, c.ModelURL, key
		if strings.HasPrefix(c.ModelURL, "http://") {
			w.Model.TokenLimit = "max_tokens" // a model on one's own machine, which knows this name at least
		}
	}
	if c.Transcription != "" {
		w.Transcription.Name, w.Transcription.BaseURL, w.Transcription.APIKey = c.Transcription, c.ModelURL, key
	}
	if c.Vision != "" {
		v := &w.Vision
		v.Provider, v.Name, v.BaseURL, v.APIKey = c.ModelProvider, c.Vision, c.ModelURL, key
		if strings.HasPrefix(c.ModelURL, "http://") {
			v.TokenLimit = "max_tokens"
		}
	}
	cfg.Workspaces = []config.Workspace{w}
	return cfg
}

// modelKey reads the key of the demo's model.
func (c demoCmd) modelKey() (config.Secret, error) {
	if c.ModelKeyFile == "" {
		return "", nil
	}
	raw, err := os.ReadFile(c.ModelKeyFile)
	if err != nil {
		return "", fmt.Errorf("--model-key-file: %w", err)
	}
	return config.Secret(strings.TrimSpace(string(raw))), nil
}

// ownHosts are the names under which a browser on this machine may have reached the
// sandbox, whose pictures the desk shows.
func ownHosts(endpoint string) []string {
	host := strings.TrimPrefix(endpoint, "http://")
	_, port, err := net.SplitHostPort(host)
	if err != nil {
		return nil
	}
	return []string{host, "localhost:" + port, "127.0.0.1:" + port}
}

// seedKnowledge gives a new data folder the built-in knowledge base.
func seedKnowledge(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, "base.yaml")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o750); err != nil {
		return err
	}
	return os.CopyFS(folder, knowledge.Seed())
}

// enrollDemoUsers adds the documented log-ins and says whether this is a first run.
func enrollDemoUsers(ctx context.Context, gateway *app.App) (first bool, err error) {
	users, err := gateway.Store().Users(ctx)
	if err != nil || len(users) > 0 {
		return false, err
	}
	for _, u := range demoUsers {
		u.Password = demoPassword
		if _, err := gateway.Auth().Enroll(ctx, u); err != nil {
			return false, err
		}
	}
	_, _, err = gateway.Store().Conversations(ctx, store.Filter{Limit: 1})
	return true, err
}
