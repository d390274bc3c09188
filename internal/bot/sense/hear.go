package sense

import (
	"context"
	"errors"
	"math"

	"parley/internal/bot/llm"
	"parley/internal/media"
	"parley/internal/store/understood"
)

// recordings are the types that are sent to be written down, with the extension that
// tells endpoints the format. AAC and AMR are sent too: WhatsApp brings them, and what
// stands on ffmpeg reads them.
var recordings = map[string]string{
	"audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/wave": "wav", "audio/mp4": "m4a", "audio/aac": "aac", "audio/amr": "amr",
}

const (
	// maxRecording is OpenAI's limit ("Speech to text": files up to 25 MB).
	maxRecording = 25 << 20
	// bytesPerSecond of a voice message, to guess its length where nobody measured it.
	bytesPerSecond = 2000
	// maxHeard is the longest transcript kept, in runes: about ten minutes.
	maxHeard = 8000
)

// hear has a recording written down.
func (s *Sense) hear(ctx context.Context, f *understood.File, file media.File) (llm.Usage, int64, error) {
	if len(file.Bytes) > maxRecording {
		return llm.Usage{}, 0, errTooLarge
	}
	said, err := s.Hearing.Listener.Transcribe(ctx, llm.Recording{Name: "voice." + recordings[file.Type], Type: file.Type, Bytes: file.Bytes})
	var failed *llm.Error
	if errors.As(err, &failed) {
		said.Usage = failed.Usage
	}
	f.Heard = tidy(said.Text, maxHeard)
	micros := s.Hearing.Price.Cost(said.Usage)
	if said.Usage == (llm.Usage{}) && (err == nil || llm.KindOf(err) == llm.Timeout) { // billed by its length
		if said.Seconds == 0 {
			said.Seconds = float64(len(file.Bytes)) / bytesPerSecond
		}
		micros = int64(math.Ceil(said.Seconds / 60 * s.Hearing.PerMinute * 1e6))
	}
	return said.Usage, micros, err
}
