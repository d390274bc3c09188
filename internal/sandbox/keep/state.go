// Package keep is the file that a second run of the sandbox goes on with: what stands in it, and how it is
// written so that a crash leaves the old file or the new one. It does not know what the parts mean.
package keep

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/currents"
	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/template"
	"parley/internal/sandbox/whatsapp"
)

// The mark of the file. A change that an older Parley would misread needs a new version.
const (
	format  = "parley-sandbox"
	version = 1
)

// State is the sandbox at one moment, without what is under way.
type State struct {
	Format      string                `json:"format"`  // set by Write
	Version     int                   `json:"version"` // set by Write
	GatewayURL  string                `json:"gateway_url"`
	ClockOffset time.Duration         `json:"clock_offset_ns"`
	Switches    map[string]any        `json:"switches,omitempty"`  // those that were changed
	Campaigns   []campaign.Definition `json:"campaigns,omitempty"` // those that were made or changed
	Sent        map[string]Span       `json:"sent,omitempty"`      // by campaign
	SendIDs     map[string]string     `json:"send_ids,omitempty"`  // to the campaign
	Keys        map[string]*gate.Key  `json:"keys"`
	Currents    *currents.Target      `json:"currents,omitempty"`  // nil when it was not changed
	Templates   []template.Template   `json:"templates,omitempty"` // those that were made or changed
	Phones      []whatsapp.KeptPhone  `json:"phones"`
	Messages    []Message             `json:"messages"`
	Profiles    []profile.Kept        `json:"profiles"`
}

// Span is when a campaign was first and last sent.
type Span struct {
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Message is a message on a phone. Receipt is nil when no status of it can follow.
type Message struct {
	whatsapp.KeptMessage
	Receipt *Receipt `json:"receipt,omitempty"`
}

// Receipt is whom to tell of a message's later statuses.
type Receipt struct {
	Kind       string `json:"kind"`
	CampaignID string `json:"campaign_id,omitempty"`
	Group      string `json:"subscription_group_id"`
	BrazeID    string `json:"braze_id"`
}

// Read returns what the file holds, nil when there is none. The error names the file and the cure.
func Read(file string) (*State, error) {
	body, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the sandbox's state cannot be read: %w; name a file that this account may read and write", err)
	}
	var mark struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(body, &mark); err != nil {
		return nil, Unusable(file, fmt.Errorf("it is damaged or no state of the sandbox: %w", err))
	}
	if mark.Format != format {
		return nil, Unusable(file, fmt.Errorf("it is no state of the sandbox: it lacks \"format\": %q", format))
	}
	if mark.Version < 1 || mark.Version > version {
		return nil, Unusable(file, fmt.Errorf("it has version %d and this Parley reads up to %d: a newer Parley wrote it", mark.Version, version))
	}
	st := &State{}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	dec.DisallowUnknownFields() // what is not read would be lost with the next Write
	if err := dec.Decode(st); err != nil {
		return nil, Unusable(file, err)
	}
	return st, nil
}

// Unusable says that the file cannot be gone on with, and what to do.
func Unusable(file string, why error) error {
	return fmt.Errorf("the sandbox cannot go on with %s: %w; move the file away to start with a new sandbox, or name another one", file, why)
}

// Write replaces the file in one step: a crash leaves the old one or the new one. It sets st's Format and
// Version. Two processes must not keep one file.
func (st *State) Write(file string) error {
	st.Format, st.Version = format, version
	body, err := json.Marshal(st)
	if err == nil {
		err = replace(file, body)
	}
	if err != nil {
		return fmt.Errorf("the sandbox's state cannot be written: %w; name a file in a folder that exists, may be written and has room", err)
	}
	return nil
}

func replace(file string, body []byte) error {
	next := file + ".tmp" // one left by a crash is overwritten
	f, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, file); err != nil {
		return err
	}
	if folder, err := os.Open(filepath.Dir(file)); err == nil {
		_ = folder.Sync() // makes the new name last; not every system lets a folder be synced
		_ = folder.Close()
	}
	return nil
}

// Same compares campaigns as they are written.
func Same(a, b campaign.Definition) bool {
	one, err1 := json.Marshal(a)
	two, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}

// Moved returns the address as it is now that the gateway has moved from one base address to another; an
// address elsewhere stays.
func Moved(address, from, to string) string {
	if rest, ok := strings.CutPrefix(address, from+"/"); ok {
		return to + "/" + rest
	}
	return address
}
