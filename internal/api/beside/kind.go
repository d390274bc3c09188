package beside

import (
	"net/url"
	"path"
	"strings"
)

var mediaKinds = map[string]string{
	".jpg": "image", ".jpeg": "image", ".png": "image", ".webp": "image", ".gif": "image",
	".mp4": "video", ".3gp": "video", ".mov": "video",
	".ogg": "audio", ".opus": "audio", ".mp3": "audio", ".m4a": "audio", ".aac": "audio", ".amr": "audio",
	".pdf": "document", ".txt": "document", ".doc": "document", ".docx": "document", ".xls": "document", ".xlsx": "document", ".ppt": "document", ".pptx": "document",
}

// MediaKind guesses what an address leads to from its ending; Braze tells no more.
func MediaKind(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "unknown"
	}
	if kind, ok := mediaKinds[strings.ToLower(path.Ext(u.Path))]; ok {
		return kind
	}
	return "unknown"
}
